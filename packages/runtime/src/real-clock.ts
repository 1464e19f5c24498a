import type { Clock } from '@millrace/core';

const timerMsMax = 2 ** 31 - 1;

/** The machine's clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(ms, signal) {
    if (signal?.aborted === true) return Promise.resolve(false);
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
