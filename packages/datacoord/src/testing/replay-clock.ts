import type { Clock } from '@millrace/core';
import { realClock } from '@millrace/runtime';

/** Stands where a replay puts it and goes on from there; what waits, waits as long as on the real one. */
export class ReplayClock implements Clock {
  private ms: number;
  private setAt = realClock.monotonic();

  constructor(ms: number) {
    this.ms = ms;
  }

  /** Never goes back: a replay that is slower than the recording is late. */
  moveTo(ms: number): void {
    this.ms = Math.max(ms, this.now());
    this.setAt = realClock.monotonic();
  }

  now(): number {
    return this.ms + realClock.monotonic() - this.setAt;
  }

  monotonic(): number {
    return this.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<boolean> {
    return realClock.sleep(ms, signal);
  }
}
