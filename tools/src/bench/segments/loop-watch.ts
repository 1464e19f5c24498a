import { monitorEventLoopDelay } from 'node:perf_hooks';

/** It is looked so often whether the event loop turns. */
const resolutionMs = 2;

/** What held the event loop longest since it is watched, in milliseconds. */
export interface LoopHeld {
  /** Between two of its turns. */
  readonly heldMs: number;
  /** The CPU time of its thread in one turn: on cores that others want, too, the rest of what it was held is theirs. */
  readonly heldCpuMs: number;
}

/** Tells when asked later, and watches no more. */
export function watchLoop(): () => LoopHeld {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  let heldCpuMs = 0;
  let before = threadCpuMs();
  const turn = () => {
    const now = threadCpuMs();
    heldCpuMs = Math.max(heldCpuMs, now - before);
    before = now;
  };
  const turns = setInterval(turn, resolutionMs);
  return () => {
    delays.disable();
    clearInterval(turns);
    turn();
    return { heldMs: Math.max(0, delays.max / 1e6 - resolutionMs), heldCpuMs };
  };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
