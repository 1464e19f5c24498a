import { Unavailable } from './errors.ts';

/** A bounded queue between loops. A full one makes the sender wait: back-pressure, never growth. */
export class Mailbox<T> {
  readonly capacity: number;
  private readonly items: T[] = [];
  private readonly receivers: (() => void)[] = [];
  private readonly senders: (() => void)[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.items.length;
  }

  /** Takes the item if there is room. */
  offer(item: T): boolean {
    if (this.items.length >= this.capacity) return false;
    this.items.push(item);
    this.receivers.shift()?.();
    return true;
  }

  /** Waits for room. Rejects with Unavailable when the signal aborts first. */
  async send(item: T, signal: AbortSignal): Promise<void> {
    while (!this.offer(item)) await wait(this.senders, signal);
  }

  /** The oldest item, or undefined once the signal aborts. */
  async receive(signal: AbortSignal): Promise<T | undefined> {
    while (this.items.length === 0) {
      if (signal.aborted) return undefined;
      try {
        await wait(this.receivers, signal);
      } catch {
        return undefined;
      }
    }
    return this.take();
  }

  /** The oldest item, if there is one. */
  take(): T | undefined {
    const item = this.items.shift();
    this.senders.shift()?.();
    return item;
  }
}

function wait(waiters: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Unavailable('stopped while waiting'));
    const woken = () => {
      signal.removeEventListener('abort', stopped);
      resolve();
    };
    const stopped = () => {
      const at = waiters.indexOf(woken);
      if (at >= 0) waiters.splice(at, 1);
      reject(new Unavailable('stopped while waiting'));
    };
    waiters.push(woken);
    signal.addEventListener('abort', stopped, { once: true });
  });
}
