import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { serveProbe } from '../probe-child.ts';
import { large } from './collection.ts';
import { startCoordinator } from './coordinator.ts';
import { watchLoop } from './loop-watch.ts';
import { openBenchStore } from './open-store.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Starts a DataCoord on a store and becomes ready, once: a process that has done it knows its way. Arguments: as `openBenchStore`. */
await serveProbe(async ([kind = '', place = '']) => {
  const store = openBenchStore(kind, place);
  // Connects, or maps the file.
  await store.get('warm');
  let memory: Promise<number> = Promise.resolve(0);
  let before = 0;
  return {
    async run(argument) {
      if (argument === 'memory') return { units: large.segments, extra: { bytesEach: await memory } };
      collectGarbage();
      before = process.memoryUsage.rss();
      const held = watchLoop();
      const coordinator = await startCoordinator(store);
      const heldMs = held();
      memory = (async () => {
        // What lmdb maps is the page cache of a file, not memory of the process: without the store only its own is left.
        await store.close();
        for (let round = 0; round < 3; round++) {
          collectGarbage();
          await sleep(200);
        }
        const bytes = (process.memoryUsage.rss() - before) / large.segments;
        await coordinator.stop().catch(() => undefined);
        return bytes;
      })();
      return { units: large.segments, extra: { heldMs } };
    },
  };
});
