import type { Clock } from './clock.ts';

/**
 * Runs the parts of long work one after the other, and gives the event loop a turn whenever they have held it for a while. Parts of several
 * pieces of work may share one: together they hold it no longer. A part that returns a promise is only started in its turn.
 */
export class Pace {
  private tail: Promise<unknown> = Promise.resolve();
  private startedMs: number;
  private readonly clock: Clock;
  private readonly sliceMs: number;

  /** @param sliceMs How long parts may hold the event loop, by as much as the last one of them takes longer. */
  constructor(clock: Clock, sliceMs = 10) {
    this.clock = clock;
    this.sliceMs = sliceMs;
    this.startedMs = clock.monotonic();
  }

  /** What the part returned. A part that throws fails alone: the next one has its turn. */
  async run<T>(part: () => T | Promise<T>): Promise<T> {
    const turn = this.tail.then(async () => {
      if (this.clock.monotonic() - this.startedMs >= this.sliceMs) {
        await this.clock.sleep(0);
        this.startedMs = this.clock.monotonic();
      }
      // Wrapped, so that the next part does not wait for what this one started.
      return { started: part() };
    });
    this.tail = turn.catch(() => undefined);
    return (await turn).started;
  }
}
