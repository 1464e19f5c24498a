import { Unavailable } from '@millrace/core';

/** Throws Unavailable when the caller has given up on this operation. */
export function throwIfStopped(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted !== true) return;
  throw new Unavailable(`stopped: ${what}`, { cause: signal.reason });
}
