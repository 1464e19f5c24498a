import { describe, expect, it } from 'vitest';
import { aborted } from './aborted.ts';

describe('waiting for a signal', () => {
  it('ends when it aborts', async () => {
    const stopping = new AbortController();
    let over = false;
    const waiting = aborted(stopping.signal).then(() => {
      over = true;
    });
    await new Promise(setImmediate);
    expect(over).toBe(false);
    stopping.abort();
    await waiting;
  });

  it('is over at once where it has aborted', async () => {
    await aborted(AbortSignal.abort());
  });
});
