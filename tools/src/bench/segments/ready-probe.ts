import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { RunningCoordinator } from '../coordinator.ts';
import { openBenchStore } from '../open-store.ts';
import { serveProbe } from '../probe-child.ts';
import { collectionNamed } from './collection.ts';
import { startOnSegments } from './coordinator.ts';
import { watchLoop } from './loop-watch.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/**
 * Starts a DataCoord on a store and becomes ready, once: a process that has done it knows its way. The run `memory` behind it tells what it
 * grew by. Arguments: as `openBenchStore`, and the collection in it.
 */
await serveProbe(async ([kind = '', place = '', name = '']) => {
  const { segments } = collectionNamed(name);
  const store = openBenchStore(kind, place);
  // Connects, or maps the file.
  await store.get('warm');
  collectGarbage();
  const before = residentBytes();
  let coordinator: RunningCoordinator | undefined;
  return {
    async run(argument) {
      if (argument === 'memory') {
        for (let round = 0; round < 3; round++) {
          collectGarbage();
          await sleep(200);
        }
        const bytesEach = (residentBytes() - before) / segments;
        return { units: segments, extra: { bytesEach } };
      }
      const held = watchLoop();
      coordinator = await startOnSegments(store);
      const bytesEach = (residentBytes() - before) / segments;
      return { units: segments, extra: { ...held(), bytesEach } };
    },
    async stop() {
      if (coordinator === undefined) await store.close();
      else await coordinator.stop();
    },
  };
});

/** All resident memory but the pages of mapped files: what lmdb maps is the page cache. */
function residentBytes(): number {
  const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}
