import type { Clock } from '@millrace/core';

/** Said when the sleep is cut short: without a reason each time an error is made, with its stack. */
const done = 'done';

/** What the work comes to, or undefined when the time is over first: the work goes on then, and its end is dropped. */
export async function within<T>(clock: Clock, work: Promise<T>, msMax: number): Promise<T | undefined> {
  const sleeping = new AbortController();
  try {
    return await Promise.race([work, clock.sleep(msMax, sleeping.signal).then(() => undefined)]);
  } finally {
    sleeping.abort(done);
  }
}
