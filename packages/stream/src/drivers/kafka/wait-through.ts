import { type Clock, isKind } from '@millrace/core';
import { kafkaError } from './kafka-error.ts';

export interface Waiting {
  readonly channel: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** After it, the error is thrown. Without it, an outage is waited through as long as it takes. */
  readonly deadlineMs?: number;
  /** Called after each failure that will be tried again. */
  readonly failed?: (error: Error, attempt: number) => void;
}

/** Milliseconds before the next attempt, the first being 1: a new topic needs a moment, a broker seconds. */
export function retryDelayMs(attempt: number): number {
  return Math.min(500, 10 * 2 ** Math.min(attempt, 10));
}

/** Tries until it works. Undefined when the signal aborted first. Errors: the one of the last attempt, translated. */
export async function waitThrough<T>(work: () => Promise<T>, waiting: Waiting): Promise<T | undefined> {
  const { channel, clock, signal, deadlineMs = Number.POSITIVE_INFINITY } = waiting;
  const until = clock.monotonic() + deadlineMs;
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      return await unlessAborted(work(), signal);
    } catch (cause) {
      const error = kafkaError(cause, channel);
      const delayMs = retryDelayMs(attempt);
      if (!isKind(error, 'unavailable') || clock.monotonic() + delayMs > until) throw error;
      waiting.failed?.(error, attempt);
      await clock.sleep(delayMs, signal);
    }
  }
  return undefined;
}

/** The client's calls know no signal: the result of one that is still under way at the abort is dropped. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) {
    work.catch(() => undefined);
    return undefined;
  }
  const aborted = Promise.withResolvers<undefined>();
  const stop = () => aborted.resolve(undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
