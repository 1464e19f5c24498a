import { parentPort, workerData } from 'node:worker_threads';
import { zstd } from '@millrace/binlog';
import { encodeTask } from '../inline-encoder.ts';
import type { EncoderJob, EncoderResult, EncoderWorkerData } from './encoder-job.ts';

// A worker is typed by its only starter, worker-pool.ts.
const { compressionLevel } = workerData as EncoderWorkerData;
const compress = zstd(compressionLevel);

parentPort?.on('message', ({ jobID, task, wanted }: EncoderJob) => {
  try {
    const encoded = encodeTask(task, compress, new Set(wanted));
    // One fresh piece of memory per file: it changes hands without a copy, and no pool of this thread goes with it.
    const files = encoded.map(joined);
    const result: EncoderResult = { jobID, files };
    parentPort?.postMessage(
      result,
      files.map(({ buffer }) => buffer),
    );
  } catch (error) {
    const result: EncoderResult = { jobID, error };
    parentPort?.postMessage(result);
  }
});

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    file.set(chunk, at);
    at += chunk.length;
  }
  return file;
}
