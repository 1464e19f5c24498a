import { describe, expect, it } from 'vitest';
import { type DroppedView, isOrphan, keptBecause } from './garbage.ts';

const aDropped = (changes: Partial<DroppedView> = {}): DroppedView => ({
  droppedAtMs: 1_000,
  locked: false,
  channelLives: false,
  savedUntil: 0n,
  checkpoint: 0n,
  childUnindexed: false,
  ...changes,
});
const reason = (changes: Partial<DroppedView>, nowMs = 100_000) =>
  keptBecause(aDropped(changes), nowMs, 5_000);

describe('a dropped segment', () => {
  it('goes when its time is over and nothing needs it', () => {
    expect(reason({})).toBeUndefined();
    expect(reason({}, 6_000)).toBe('young');
    expect(reason({ droppedAtMs: 0 }, 1)).toBeUndefined();
  });

  it('stays while somebody reads its objects', () => {
    expect(reason({ locked: true })).toBe('locked');
  });

  it('stays while a replay of its channel would bring its rows back', () => {
    const replayed = { channelLives: true, savedUntil: 7n, checkpoint: 6n };
    expect(reason(replayed)).toBe('replayed');
    expect(reason({ ...replayed, checkpoint: 7n })).toBeUndefined();
    expect(reason({ ...replayed, channelLives: false })).toBeUndefined();
  });

  it('stays while it stands in for its compacted successor', () => {
    expect(reason({ childUnindexed: true })).toBe('serves-for-child');
  });
});

describe('an object that no metadata names', () => {
  it('goes when it is older than any sync takes', () => {
    expect(isOrphan(1_000, 6_001, 5_000)).toBe(true);
    expect(isOrphan(1_000, 6_000, 5_000)).toBe(false);
  });
});
