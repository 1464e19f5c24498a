import { backoffMs, type Clock, type Random, Unavailable } from '@millrace/core';

export interface PersistWorld {
  readonly clock: Clock;
  readonly random: Random;
}

export interface Attempts {
  /** Whether no repetition will help. Default: never. */
  readonly isFinal?: (error: unknown) => boolean;
  /** Told of the first failure that is tried again. */
  readonly failed?: (error: unknown) => void;
}

const pauses = { firstMs: 200, maxMs: 3_000, attempts: Number.POSITIVE_INFINITY };

/**
 * Repeats `attempt` with pauses of 0.2 to 3 s until it succeeds, `isFinal` says no repetition will help, or the deadline passes: then the last
 * error is thrown. @throws Unavailable when the signal aborts first. Source: spec datanode-and-formats §4.6, §14-3.
 */
export async function persist<T>(
  { clock, random }: PersistWorld,
  deadlineMs: number,
  signal: AbortSignal,
  attempt: (number: number) => Promise<T>,
  { isFinal = () => false, failed }: Attempts = {},
): Promise<T> {
  const end = clock.monotonic() + deadlineMs;
  for (let number = 1; ; number++) {
    if (signal.aborted) throw new Unavailable('stopped before it was stored');
    try {
      return await attempt(number);
    } catch (error) {
      if (isFinal(error) || clock.monotonic() >= end) throw error;
      if (number === 1) failed?.(error);
      const slept = await clock.sleep(backoffMs(number, pauses, random), signal);
      if (!slept) throw new Unavailable('stopped while waiting to store it again', { cause: error });
    }
  }
}
