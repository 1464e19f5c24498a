import type { Clock } from './clock.ts';
import { MillraceError, Unavailable } from './errors.ts';
import type { Random } from './random.ts';

/** How long and how often something is tried again: pauses in milliseconds, doubling from the first to the longest. */
export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
  /** Attempts in all; Infinity while the signal lasts. */
  readonly attempts: number;
}

/** Delay before attempt `attempt` (1 is the first retry): doubling, capped, with up to half of it as jitter. */
export function backoffMs(attempt: number, limits: BackoffLimits, random: Random): number {
  const full = Math.min(limits.maxMs, limits.firstMs * 2 ** (attempt - 1));
  return full / 2 + (full / 2) * random.next();
}

/** Whether the same request may succeed later. Foreign errors count as transient: drivers translate the final ones. */
export function isTransient(error: unknown): boolean {
  return !(error instanceof MillraceError) || error.kind === 'unavailable' || error.kind === 'exhausted';
}

/**
 * Runs `attempt`, numbered from 1, until it succeeds, fails for good or runs out of attempts: then with the last error.
 * @throws Unavailable when the signal aborts during a pause
 */
export async function retry<T>(
  world: { readonly clock: Clock; readonly random: Random },
  limits: BackoffLimits,
  signal: AbortSignal,
  attempt: (attemptNumber: number) => Promise<T>,
  isRetriable: (error: unknown) => boolean = isTransient,
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await attempt(number);
    } catch (error) {
      if (number >= limits.attempts || !isRetriable(error)) throw error;
      const slept = await world.clock.sleep(backoffMs(number, limits, world.random), signal);
      if (!slept) throw new Unavailable('stopped while waiting to try again', { cause: error });
    }
  }
}
