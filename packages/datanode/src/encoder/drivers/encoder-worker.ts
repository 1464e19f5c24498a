import { parentPort, workerData } from 'node:worker_threads';
import { zstd } from '@millrace/binlog';
import { type EncodedFields, encodeTask } from '../inline-encoder.ts';
import type { EncoderJob, EncoderResult, EncoderStats, EncoderWorkerData } from './encoder-job.ts';

// A worker is typed by its only starter, worker-pool.ts.
const { compressionLevel } = workerData as EncoderWorkerData;
const compress = zstd(compressionLevel);

parentPort?.on('message', ({ jobID, task, wanted }: EncoderJob) => {
  try {
    const encoded = encodeTask(task, compress, new Set(wanted));
    const files = encoded.files.map(posted);
    const stats = statsOf(encoded);
    const result: EncoderResult = { jobID, files, stats };
    parentPort?.postMessage(result, [
      ...files.flat().flatMap(({ buffer }) => (isShared(buffer) ? [] : [buffer])),
      ...(stats === undefined ? [] : [stats.words.buffer]),
    ]);
  } catch (error) {
    const result: EncoderResult = { jobID, error };
    parentPort?.postMessage(result);
  }
});

function statsOf({ stats }: EncodedFields): EncoderStats | undefined {
  if (stats === undefined) return undefined;
  const { statsLog, summary } = stats;
  const { min, max, filter } = summary;
  const { bits, probes, words } = filter;
  return { statsLog, min, max, bits, probes, words };
}

/** Chunks of the shared columns go as they are; what lies between them becomes one piece of memory, which changes hands without a copy. */
function posted(chunks: readonly Uint8Array[]): Uint8Array<ArrayBufferLike>[] {
  const pieces: Uint8Array<ArrayBufferLike>[] = [];
  let own: Uint8Array[] = [];
  for (const chunk of chunks) {
    if (!isShared(chunk.buffer)) own.push(chunk);
    else {
      if (own.length > 0) pieces.push(joined(own));
      own = [];
      pieces.push(chunk);
    }
  }
  if (own.length > 0) pieces.push(joined(own));
  return pieces;
}

function isShared(buffer: ArrayBufferLike): buffer is SharedArrayBuffer {
  return buffer instanceof SharedArrayBuffer;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const piece = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    piece.set(chunk, at);
    at += chunk.length;
  }
  return piece;
}
