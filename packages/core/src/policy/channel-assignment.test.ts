import { describe, expect, it } from 'vitest';
import { type ChannelView, decideChannels } from './channel-assignment.ts';

const limits = { answerMsMax: 300_000 };
const failed = (failures: number, unchangedMs: number): ChannelView => ({
  channel: 'a',
  node: 1n,
  state: 'watch-failure',
  unchangedMs,
  failures,
  dropped: false,
});

describe('a channel that its node cannot watch', () => {
  const releasedAfterMs = (failures: number): number => {
    for (const ms of [0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000])
      if (decideChannels([failed(failures, ms)], [1n, 2n], limits).length > 0) return ms;
    return Number.POSITIVE_INFINITY;
  };

  it('is taken away at once the first time, and rests longer each time after', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 100].map(releasedAfterMs)).toEqual([
      0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ]);
  });

  it('does not rest when it is dropped, or its node is gone', () => {
    const [dropped] = decideChannels([{ ...failed(9, 0), dropped: true }], [1n], limits);
    expect(dropped).toMatchObject({ type: 'release' });
    const [orphan] = decideChannels([failed(9, 0)], [2n], limits);
    expect(orphan).toMatchObject({ type: 'watch', node: 2n });
  });
});
