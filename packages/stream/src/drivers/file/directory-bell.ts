import { type FSWatcher, utimesSync, watch } from 'node:fs';
import { type Clock, PollPace } from '@millrace/core';

/** Wakes the one reader of a channel to look again: when something in its directory changed, now and then in any case, and when it must end. */
export class DirectoryBell {
  /** Counts: note it before a look, and wait for more behind it. */
  rung = 0;
  private readonly clock: Clock;
  private readonly signal: AbortSignal;
  private readonly closing = new AbortController();
  private readonly pace = new PollPace();
  private readonly watcher: FSWatcher | undefined;
  private readonly polling: Promise<void>;
  private readonly stop: () => void;
  private wake: (() => void) | undefined;
  /** The last ring was a poll's. */
  private polled = false;

  constructor(directory: string, clock: Clock, signal: AbortSignal) {
    this.clock = clock;
    this.signal = signal;
    this.watcher = this.watch(directory);
    this.stop = () => {
      this.closing.abort();
      this.ring();
    };
    signal.addEventListener('abort', this.stop, { once: true });
    if (signal.aborted) this.stop();
    this.polling = this.poll();
  }

  /** Until it rings after `heard`, or the signal aborts. */
  wait(heard: number): Promise<void> {
    if (this.rung !== heard || this.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** A look was not in vain. */
  found(): void {
    if (this.polled) this.pace.missed();
    this.polled = false;
  }

  /** Rings once more, whatever happens. */
  ringWithin(ms: number): void {
    void this.clock.sleep(ms, this.closing.signal).then(() => this.ring());
  }

  async close(): Promise<void> {
    this.signal.removeEventListener('abort', this.stop);
    this.stop();
    this.watcher?.close();
    await this.polling;
  }

  private ring(): void {
    this.rung++;
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }

  private watch(directory: string): FSWatcher | undefined {
    try {
      const watcher = watch(directory, () => {
        this.pace.noticed();
        this.polled = false;
        this.ring();
      });
      // A watch that fails leaves the poll.
      watcher.on('error', () => undefined);
      this.touch(directory);
      return watcher;
    } catch {
      return undefined;
    }
  }

  /** A first notice shows that there are some, also where nobody writes for long. */
  private touch(directory: string): void {
    const nowSeconds = this.clock.now() / 1000;
    try {
      utimesSync(directory, nowSeconds, nowSeconds);
    } catch {
      // Another's directory: the first message does it.
    }
  }

  private async poll(): Promise<void> {
    while (await this.clock.sleep(this.pace.next(), this.closing.signal)) {
      this.polled = true;
      this.ring();
    }
  }
}
