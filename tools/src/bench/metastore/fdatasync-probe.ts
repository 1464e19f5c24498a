import { open } from 'node:fs/promises';
import { realClock } from '@millrace/runtime';
import { serveProbe } from '../probe-child.ts';

const runMs = 1_500;

/** Appends a page and syncs it, one after the other: a durable write at its cheapest. */
await serveProbe(async ([path = '']) => {
  const file = await open(path, 'a');
  const page = new Uint8Array(4096).fill(7);
  return {
    async run() {
      const endMs = realClock.monotonic() + runMs;
      let writes = 0;
      for (; realClock.monotonic() < endMs; writes++) {
        await file.write(page);
        await file.datasync();
      }
      return writes;
    },
    stop: () => file.close(),
  };
});
