import type { Clock } from './clock.ts';

/** Said when a sleep is cut short: without a reason each time an error is made, with its stack. */
const reason = 'woken';

/** Lets a loop sleep until something happened or a time has passed, whichever is first. Wake-ups while nobody sleeps are kept as one. */
export class Wakeup {
  private woken = false;
  private waiting: AbortController | undefined;
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Something happened: ends the present wait, or the next one at once. */
  wake(): void {
    this.woken = true;
    this.waiting?.abort(reason);
  }

  /** False once the signal aborts. */
  async wait(msMax: number, signal: AbortSignal): Promise<boolean> {
    if (!this.woken && !signal.aborted) {
      const waiting = new AbortController();
      this.waiting = waiting;
      const stop = () => waiting.abort(reason);
      signal.addEventListener('abort', stop, { once: true });
      await this.clock.sleep(msMax, waiting.signal);
      signal.removeEventListener('abort', stop);
      this.waiting = undefined;
    }
    this.woken = false;
    return !signal.aborted;
  }
}
