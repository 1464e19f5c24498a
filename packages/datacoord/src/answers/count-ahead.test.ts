import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import type { Segment } from '../meta/segment.ts';
import { SegmentTable } from '../meta/segment-table.ts';
import { aSegment } from '../testing/segments.ts';
import { CountAhead } from './count-ahead.ts';
import { SegmentEncoder } from './segment-encoder.ts';

const form = new SegmentEncoder('files').recoveryInfo(0x1a);

function tableOf(count: number): SegmentTable {
  const table = new SegmentTable();
  for (let id = 1; id <= count; id++) table.set(aSegment(BigInt(id)));
  return table;
}

const uncounted = (table: SegmentTable): Segment[] =>
  [...table.all()].filter(({ recoveryBytes }) => recoveryBytes === 0);

/** A clock whose pauses are turns of the event loop, which are counted. */
class TurningClock implements Clock {
  pauses = 0;
  duringPause: (pauses: number) => void = () => {};
  now = () => 0;
  monotonic = () => 0;
  async sleep(_: number, signal?: AbortSignal): Promise<boolean> {
    this.duringPause(++this.pauses);
    await turn();
    return signal?.aborted !== true;
  }
}

describe('counting ahead', () => {
  it('counts every segment there is, giving the event loop its turns, and then waits to be stopped', async () => {
    const table = tableOf(2_000);
    const clock = new TurningClock();
    const stopping = new AbortController();
    let over = false;
    const running = new CountAhead(table, form, clock).run(stopping.signal).then(() => {
      over = true;
    });
    for (let turns = 0; turns < 50; turns++) await turn();
    expect(uncounted(table)).toEqual([]);
    expect(clock.pauses).toBeGreaterThanOrEqual(5);
    expect(over).toBe(false);
    stopping.abort();
    await running;
  });

  it('passes over what is dropped meanwhile, and counts what changes meanwhile', async () => {
    const table = tableOf(2_000);
    const clock = new TurningClock();
    clock.duringPause = (pauses) => {
      if (pauses !== 3) return;
      for (let id = 1_990n; id < 1_995n; id++) table.delete(id);
      for (let id = 1_995n; id <= 2_000n; id++) {
        const before = table.get(id);
        if (before !== undefined) table.set(before.with({ rows: 7 }));
      }
    };
    const stopping = new AbortController();
    const running = new CountAhead(table, form, clock).run(stopping.signal);
    for (let turns = 0; turns < 50; turns++) await turn();
    expect(table.size).toBe(1_995);
    expect(uncounted(table)).toEqual([]);
    stopping.abort();
    await running;
  });

  it('stops in the middle', async () => {
    const table = tableOf(2_000);
    const clock = new TurningClock();
    const stopping = new AbortController();
    clock.duringPause = (pauses) => pauses === 3 && stopping.abort();
    await new CountAhead(table, form, clock).run(stopping.signal);
    expect(uncounted(table).length).toBe(1_200);
  });
});
