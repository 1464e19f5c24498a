import { type Clock, silentLogger } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { FakeRootCoord } from '../testing/fake-root-coord.ts';
import { InFlightWrites } from './in-flight.ts';
import { TickReporter } from './tick-reporter.ts';

/** A reporter in a world whose time passes only while it sleeps. */
class World {
  readonly reporter: TickReporter;
  /** When it reported, ms. */
  readonly reports: number[] = [];
  private nowMs = 0;
  private readonly events: { readonly atMs: number; readonly event: () => void }[] = [];
  private readonly stop = new AbortController();

  constructor() {
    const { client } = new FakeRootCoord();
    const clock: Clock = {
      now: () => this.nowMs,
      monotonic: () => this.nowMs,
      sleep: (ms, signal) => this.sleep(ms, signal),
    };
    this.reporter = new TickReporter({
      writes: new InFlightWrites(),
      allocate: async () => {
        this.reports.push(this.nowMs);
        return 1n;
      },
      rootCoord: client,
      serverID: 3n,
      clock,
      log: silentLogger,
      intervalMs: 200,
      restIntervalMs: 1_000,
      restAfterMs: 5_000,
    });
  }

  at(atMs: number, event: () => void): void {
    this.events.push({ atMs, event });
  }

  async run(untilMs: number): Promise<readonly number[]> {
    this.at(untilMs, () => this.stop.abort());
    await this.reporter.run(this.stop.signal);
    return this.reports;
  }

  private async sleep(ms: number, signal?: AbortSignal): Promise<boolean> {
    const endMs = this.nowMs + ms;
    while (!signal?.aborted && !this.stop.signal.aborted && this.nowMs < endMs) {
      this.nowMs += 100;
      for (const { atMs, event } of this.events) if (atMs === this.nowMs) event();
    }
    return this.nowMs >= endMs && !signal?.aborted;
  }
}

const everyMs = (stepMs: number, fromMs: number, untilMs: number) =>
  Array.from({ length: Math.ceil((untilMs - fromMs) / stepMs) }, (_, index) => fromMs + index * stepMs);

describe('the tick reporter', () => {
  it('reports at its interval as long as it may not be the only proxy', async () => {
    const world = new World();
    expect(await world.run(2_000)).toEqual(everyMs(200, 0, 2_000));
  });

  it('reports seldom where nobody has called', async () => {
    const world = new World();
    world.at(100, () => world.reporter.noteAlone(true));
    // What was told before the first rest ends that one at once.
    expect(await world.run(5_000)).toEqual([0, 200, 1_200, 2_200, 3_200, 4_200]);
  });

  it('reports at once when a client calls, and at its interval until calls have been missing for a while', async () => {
    const world = new World();
    world.reporter.noteAlone(true);
    world.at(3_000, () => world.reporter.noteCall());
    const reports = await world.run(10_000);
    expect(reports.filter((atMs) => atMs >= 3_000 && atMs < 8_000)).toEqual(everyMs(200, 3_000, 8_000));
    expect(reports.filter((atMs) => atMs > 8_400)).toEqual([8_800, 9_800]);
  });

  it('reports at its interval again as soon as there is another proxy', async () => {
    const world = new World();
    world.reporter.noteAlone(true);
    world.at(2_500, () => world.reporter.noteAlone(false));
    const reports = await world.run(4_500);
    expect(reports.filter((atMs) => atMs >= 2_500)).toEqual(everyMs(200, 2_500, 4_500));
  });
});
