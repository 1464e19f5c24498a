import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SyncView, segmentsToClose, segmentsToRelieve, segmentsToSync } from './policy.ts';

const limits = { insertBytesMax: 1000, deleteBytesMax: 500, periodMs: 600_000, jitter: 0.1 };
const aView = (view: Partial<SyncView>): SyncView => ({
  segmentID: 1n,
  insertBytes: 0,
  deleteBytes: 0,
  lastSyncMs: 0,
  flushRequested: false,
  partitionDropped: false,
  ...view,
});
const anyView = fc.record<SyncView>({
  segmentID: fc.bigInt(1n, 1n << 60n),
  insertBytes: fc.nat(2000),
  deleteBytes: fc.nat(600),
  lastSyncMs: fc.nat(1_000_000),
  flushRequested: fc.boolean(),
  partitionDropped: fc.boolean(),
});

describe('what is synced behind a pack', () => {
  it('leaves a young, small, unasked segment alone', () => {
    expect(segmentsToSync([aView({ insertBytes: 999, deleteBytes: 499 })], limits, 1)).toEqual([]);
  });

  it('syncs a segment whose buffered rows have reached the buffer size', () => {
    const [decision] = segmentsToSync([aView({ insertBytes: 1000 })], limits, 1);
    expect(decision).toEqual({ segmentID: 1n, reason: 'full', flushed: false, dropped: false });
  });

  it('flushes when asked, also a segment with empty buffers', () => {
    const [decision] = segmentsToSync([aView({ flushRequested: true })], limits, 1);
    expect(decision).toEqual({ segmentID: 1n, reason: 'flush', flushed: true, dropped: false });
  });

  it('saves every segment of a dropped partition as flushed and dropped', () => {
    const [decision] = segmentsToSync([aView({ partitionDropped: true })], limits, 1);
    expect(decision).toEqual({ segmentID: 1n, reason: 'drop-partition', flushed: true, dropped: true });
  });

  it('takes the largest delete buffers of a channel until the rest is below the limit', () => {
    const views = [100, 300, 200].map((deleteBytes, at) => aView({ segmentID: BigInt(at), deleteBytes }));
    expect(segmentsToSync(views, limits, 1).map(({ segmentID, reason }) => [segmentID, reason])).toEqual([
      [1n, 'delete-bytes'],
    ]);
  });

  it('syncs what is older than the period, never an empty buffer, and not all segments at the same moment', () => {
    const views = Array.from({ length: 100 }, (_, at) => aView({ segmentID: BigInt(at), insertBytes: 1 }));
    expect(segmentsToSync(views, limits, limits.periodMs * 0.89)).toEqual([]);
    expect(segmentsToSync(views, limits, limits.periodMs)).toHaveLength(100);
    const midway = segmentsToSync(views, limits, limits.periodMs * 0.95).length;
    expect(midway).toBeGreaterThan(20);
    expect(midway).toBeLessThan(80);
    expect(segmentsToSync([aView({})], limits, 10 * limits.periodMs)).toEqual([]);
  });

  it('names a segment once, and leaves no channel above its limit of deletes', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyView, { selector: ({ segmentID }) => segmentID }),
        fc.nat(2_000_000),
        (views, now) => {
          const decisions = segmentsToSync(views, limits, now);
          const synced = new Set(decisions.map(({ segmentID }) => segmentID));
          expect(synced.size).toBe(decisions.length);
          const left = views.filter(({ segmentID }) => !synced.has(segmentID));
          expect(left.reduce((sum, { deleteBytes }) => sum + deleteBytes, 0)).toBeLessThan(
            limits.deleteBytesMax,
          );
          for (const view of left) expect(view.insertBytes).toBeLessThan(limits.insertBytesMax);
          for (const { segmentID, flushed } of decisions) {
            const view = views.find((candidate) => candidate.segmentID === segmentID);
            expect(flushed).toBe(view?.flushRequested === true || view?.partitionDropped === true);
          }
        },
      ),
    );
  });

  it('writes everything that is buffered when a channel is handed over, and flushes nothing', () => {
    const views = [aView({ deleteBytes: 1, flushRequested: true }), aView({ segmentID: 2n })];
    expect(segmentsToClose(views)).toEqual([
      { segmentID: 1n, reason: 'close', flushed: false, dropped: false },
    ]);
  });

  it('relieves memory with the fewest, largest segments', () => {
    const views = [10, 500, 40, 300].map((insertBytes, at) => aView({ segmentID: BigInt(at), insertBytes }));
    expect(segmentsToRelieve(views, 600).map(({ segmentID }) => segmentID)).toEqual([1n, 3n]);
    expect(segmentsToRelieve(views, 0)).toEqual([]);
  });
});
