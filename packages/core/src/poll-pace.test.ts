import { describe, expect, it } from 'vitest';
import { PollPace } from './poll-pace.ts';

describe('the pace of polling', () => {
  const next = (pace: PollPace, count: number) => Array.from({ length: count }, () => pace.next());

  it('is quick behind a change and slows down, where no notices come', () => {
    const pace = new PollPace();
    expect(next(pace, 7)).toEqual([4, 8, 16, 32, 64, 100, 100]);
    pace.missed();
    expect(next(pace, 2)).toEqual([4, 8]);
  });

  it('is a second where notices come, until one was missed', () => {
    const pace = new PollPace();
    expect(pace.trusts).toBe(false);
    pace.noticed();
    expect(pace.trusts).toBe(true);
    expect(next(pace, 2)).toEqual([1000, 1000]);
    pace.missed();
    expect(pace.trusts).toBe(false);
    expect(next(pace, 2)).toEqual([4, 8]);
    pace.noticed();
    expect(next(pace, 1)).toEqual([1000]);
  });
});
