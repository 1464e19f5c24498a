import { Exhausted, Unavailable } from '@millrace/core';

/**
 * DDL calls run one after the other, as in the original. Reads do not queue. A call that began runs to its end even when its caller
 * leaves; one that still waits is given up.
 */
export class DdlQueue {
  private readonly capacity: number;
  private readonly prepare: () => Promise<void>;
  private readonly waiting: (() => void)[] = [];
  private busy = false;

  /** `prepare` runs before each call, in its turn. */
  constructor(capacity: number, prepare: () => Promise<void> = async () => undefined) {
    this.capacity = capacity;
    this.prepare = prepare;
  }

  /** Exhausted when too many wait already, Unavailable when the signal aborts before the turn comes. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.turn(signal);
    try {
      await this.prepare();
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.busy = false;
      else next();
    }
  }

  private turn(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(new Unavailable('stopped before the call began'));
    if (!this.busy) {
      this.busy = true;
      return Promise.resolve();
    }
    if (this.waiting.length >= this.capacity)
      return Promise.reject(new Exhausted(`${this.capacity} DDL calls wait already: try again later`));
    return new Promise((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        const at = this.waiting.indexOf(go);
        if (at >= 0) this.waiting.splice(at, 1);
        reject(new Unavailable('stopped while waiting for earlier DDL calls'));
      };
      this.waiting.push(go);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
