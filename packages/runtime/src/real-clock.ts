import type { Clock } from '@millrace/core';

const timerMsMax = 2 ** 31 - 1;

/** The machine's clock and timers. A sleep is at most 2^31 - 1 ms long. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(ms, signal) {
    if (signal?.aborted === true) return Promise.resolve(false);
    // A timer would wait a whole millisecond.
    if (ms <= 0) return new Promise((resolve) => setImmediate(() => resolve(signal?.aborted !== true)));
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', stopped);
          resolve(true);
        },
        Math.min(Math.max(0, ms), timerMsMax),
      );
      const stopped = () => {
        clearTimeout(timer);
        resolve(false);
      };
      signal?.addEventListener('abort', stopped, { once: true });
    });
  },
};
