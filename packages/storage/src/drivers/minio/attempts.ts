import {
  type Clock,
  Exhausted,
  isTransient,
  type Logger,
  type Random,
  retry,
  Unavailable,
} from '@millrace/core';
import { messageOf } from './failure.ts';

/** Attempts go on until the deadline, not up to a number. */
const limits = { firstMs: 100, maxMs: 2000, attempts: Number.POSITIVE_INFINITY };

/** Runs calls: again after what may pass, until they succeed, fail for good, are given up by the caller, or run out of time. */
export class Attempts {
  private readonly components: { readonly clock: Clock; readonly random: Random; readonly log: Logger };
  private readonly server: string;
  private readonly deadlineMs: number;
  private readonly running = new Set<AbortController>();
  private closed = false;

  constructor(
    components: Attempts['components'],
    settings: { readonly server: string; readonly deadlineMs: number },
  ) {
    this.components = components;
    this.server = settings.server;
    this.deadlineMs = settings.deadlineMs;
  }

  /** `attempt` gets a signal that aborts when nobody waits for it any more, and its number from 1. */
  async run<T>(
    what: string,
    signal: AbortSignal | undefined,
    attempt: (over: AbortSignal, attemptNumber: number) => Promise<T>,
  ): Promise<T> {
    if (this.closed || signal?.aborted === true) throw stopped(what, signal);
    const { clock, log } = this.components;
    const over = new AbortController();
    const done = new AbortController();
    const stop = () => over.abort();
    let late = false;
    let last: unknown;
    this.running.add(over);
    signal?.addEventListener('abort', stop);
    const timer = clock.sleep(this.deadlineMs, done.signal).then((expired) => {
      late = expired && !over.signal.aborted;
      if (expired) over.abort();
    });
    try {
      return await retry(this.components, limits, over.signal, async (number) => {
        try {
          return await abandonable(attempt(over.signal, number), over.signal);
        } catch (error) {
          if (!over.signal.aborted) {
            last = error;
            if (isTransient(error))
              log.warn({ what, attempt: number, error: messageOf(error) }, 'object store failed');
          }
          throw error;
        }
      });
    } catch (error) {
      if (!over.signal.aborted || !isTransient(error)) throw error;
      if (!late) throw stopped(what, signal);
      if (last instanceof Exhausted) throw last;
      throw new Unavailable(
        `${what}: not done within ${this.deadlineMs} ms (${last === undefined ? `${this.server} does not answer` : messageOf(last)}): check that the object store runs and is reachable`,
        { cause: last },
      );
    } finally {
      signal?.removeEventListener('abort', stop);
      this.running.delete(over);
      done.abort();
      await timer;
    }
  }

  /** Stops what runs; later calls are stopped at once. */
  close(): void {
    this.closed = true;
    for (const over of this.running) over.abort();
  }
}

function stopped(what: string, signal: AbortSignal | undefined): Unavailable {
  return new Unavailable(`stopped: ${what}`, { cause: signal?.reason });
}

/** Rejects as soon as the signal aborts, whether or not the work notices. */
async function abandonable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abandon: (() => void) | undefined;
  const abandoned = new Promise<never>((_, reject) => {
    abandon = () => reject(new Unavailable('nobody waits any more'));
    signal.addEventListener('abort', abandon);
    if (signal.aborted) abandon();
  });
  try {
    return await Promise.race([work, abandoned]);
  } finally {
    if (abandon !== undefined) signal.removeEventListener('abort', abandon);
  }
}
