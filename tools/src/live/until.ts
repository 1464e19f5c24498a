import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../engines/engine.ts';

/** Waits for a condition. When it does not hold in time, fails with what was awaited; `why` may say how far it came. */
export async function until(
  awaited: string,
  deadlineMs: number,
  holds: () => Promise<boolean>,
  why: () => string = () => '',
  pollMs = 100,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > deadline) {
      const detail = why();
      throw new EngineError(
        `waited ${deadlineMs / 1000} s in vain: ${awaited}${detail === '' ? '' : ` (${detail})`}`,
      );
    }
    await sleep(pollMs);
  }
}
