import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { serveProbe } from '../probe-child.ts';
import { rowsPerTask, tasksPerRun } from './zstd-worker.ts';

/** Compresses the columns of the rows on every core and does nothing else with them: what no encoder can be faster than. */
await serveProbe(async () => {
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(new URL('./zstd-worker.ts', import.meta.url)),
  );
  const reply = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', () => {
        worker.off('error', reject);
        resolve();
      });
    });
  await Promise.all(workers.map(reply));
  return {
    async run() {
      const done = Promise.all(workers.map(reply));
      for (const worker of workers) worker.postMessage('go');
      await done;
      return workers.length * tasksPerRun * rowsPerTask;
    },
  };
});
