import { parentPort, workerData } from 'node:worker_threads';
import { zstd } from '@millrace/binlog';
import { copyBytes } from '@millrace/core';
import { type EncodedFields, encodeTask } from '../inline-encoder.ts';
import type {
  EncoderJob,
  EncoderResult,
  EncoderStats,
  EncoderWorkerData,
  PostedChunk,
} from './encoder-job.ts';

// A worker is typed by its only starter, worker-pool.ts.
const { compressionLevel } = workerData as EncoderWorkerData;
const compress = zstd(compressionLevel);

parentPort?.on('message', ({ jobID, task, wanted }: EncoderJob) => {
  try {
    const encoded = encodeTask(task, compress, new Set(wanted));
    const files = encoded.files.map((chunks, at) => posted(chunks, valuesOf(task, wanted[at])));
    const stats = statsOf(encoded);
    const result: EncoderResult = { jobID, files, stats };
    parentPort?.postMessage(result, [
      ...files.flat().flatMap((chunk) => (chunk instanceof Uint8Array ? [chunk.buffer] : [])),
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

function valuesOf({ fields }: EncoderJob['task'], fieldID: bigint | undefined): Uint8Array {
  return fields.find((field) => field.fieldID === fieldID)?.column.values ?? new Uint8Array();
}

/** Chunks of the column are named; what lies between them becomes one piece of memory, which changes hands without a copy. */
function posted(chunks: readonly Uint8Array[], values: Uint8Array): PostedChunk[] {
  const pieces: PostedChunk[] = [];
  let own: Uint8Array[] = [];
  for (const chunk of chunks) {
    const start = chunk.byteOffset - values.byteOffset;
    if (chunk.buffer !== values.buffer || start < 0 || start + chunk.length > values.length) own.push(chunk);
    else {
      if (own.length > 0) pieces.push(joined(own));
      own = [];
      pieces.push({ start, end: start + chunk.length });
    }
  }
  if (own.length > 0) pieces.push(joined(own));
  return pieces;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const piece = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    copyBytes(chunk, 0, chunk.length, piece, at);
    at += chunk.length;
  }
  return piece;
}
