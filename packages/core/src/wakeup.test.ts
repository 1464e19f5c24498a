import { describe, expect, it } from 'vitest';
import type { Clock } from './clock.ts';
import { Wakeup } from './wakeup.ts';

/** Sleeps last until they are cut short, or the test says that they are over. */
class SleepingClock implements Clock {
  readonly slept: number[] = [];
  over: () => void = () => {};
  now = () => 0;
  monotonic = () => 0;
  sleep(ms: number, signal?: AbortSignal): Promise<boolean> {
    this.slept.push(ms);
    return new Promise((resolve) => {
      this.over = () => resolve(true);
      signal?.addEventListener('abort', () => resolve(false));
    });
  }
}

describe('a wakeup', () => {
  const never = new AbortController().signal;

  it('ends the sleep when something happens, and when the time has passed', async () => {
    const clock = new SleepingClock();
    const wakeup = new Wakeup(clock);
    const first = wakeup.wait(100, never);
    wakeup.wake();
    expect(await first).toBe(true);
    const second = wakeup.wait(200, never);
    clock.over();
    expect(await second).toBe(true);
    expect(clock.slept).toEqual([100, 200]);
  });

  it('keeps what happened meanwhile as one', async () => {
    const clock = new SleepingClock();
    const wakeup = new Wakeup(clock);
    wakeup.wake();
    wakeup.wake();
    expect(await wakeup.wait(100, never)).toBe(true);
    expect(clock.slept).toEqual([]);
    const next = wakeup.wait(100, never);
    expect(clock.slept).toEqual([100]);
    wakeup.wake();
    await next;
  });

  it('tells that the signal has aborted', async () => {
    const stop = new AbortController();
    const wakeup = new Wakeup(new SleepingClock());
    const waiting = wakeup.wait(100, stop.signal);
    stop.abort();
    expect(await waiting).toBe(false);
    expect(await wakeup.wait(100, stop.signal)).toBe(false);
  });
});
