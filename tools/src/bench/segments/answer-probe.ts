import { type Logger, silentLogger } from '@millrace/core';
import { openBenchStore } from '../open-store.ts';
import { serveProbe } from '../probe-child.ts';
import { startOnSegments } from './coordinator.ts';
import { watchLoop } from './loop-watch.ts';

/** A DataCoord that is asked by others. A run tells of the last answer it gave: its own time, and how long it held the event loop. */
await serveProbe(async ([directory = '']) => {
  const store = openBenchStore('lmdb', directory);
  let tookMs = Number.NaN;
  let segments = 0;
  const note = (fields: object) => {
    if (!('tookMs' in fields) || !('segments' in fields)) return;
    tookMs = Number(fields.tookMs);
    segments = Number(fields.segments);
  };
  const log: Logger = { ...silentLogger, debug: note };
  const coordinator = await startOnSegments(store, log);
  let held = watchLoop();
  return {
    greeting: String(coordinator.port),
    run() {
      const { heldMs } = held();
      held = watchLoop();
      return { units: segments, extra: { tookMs, heldMs } };
    },
    stop: () => coordinator.stop(),
  };
});
