import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Node looks so often whether its event loop turns. */
const resolutionMs = 2;

/** Tells, when asked later, how long the event loop was held at most since, in milliseconds. */
export function watchLoop(): () => number {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  return () => {
    delays.disable();
    return Math.max(0, delays.max / 1e6 - resolutionMs);
  };
}
