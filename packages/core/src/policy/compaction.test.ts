import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeTimestamp } from '../timestamp.ts';
import {
  type CompactionLimits,
  type CompactionView,
  compactionTimes,
  type LogView,
  planCompactions,
  rewriteReason,
} from './compaction.ts';

const limits: CompactionLimits = {
  statsFilesMax: 16,
  deltaFilesMax: 200,
  deltaBytesMax: 2 << 20,
  expiredBytesMax: 10 << 20,
  ratioMax: 0.2,
  segmentsMax: 30,
  segmentsMin: 3,
  smallProportion: 0.5,
  compactableProportion: 0.85,
  expansionRate: 1.25,
};
const maxRows = 1000;
const at = (ms: number) => composeTimestamp(ms);
const times = compactionTimes(at(1_000_000), 0, undefined);

function aSegment(changes: Partial<CompactionView> = {}): CompactionView {
  const insertLogs: readonly LogView[] = changes.insertLogs ?? [];
  return {
    id: 1n,
    rows: 900,
    maxRows,
    createdByCompaction: false,
    lastExpireTime: 0n,
    statsFiles: 1,
    insertLogs,
    bytesBefore: (time) =>
      insertLogs.reduce(
        (sum, log) => sum + (log.timestampTo > 0n && log.timestampTo < time ? log.bytes : 0),
        0,
      ),
    deltaLogs: [],
    ...changes,
  };
}

describe('a segment is worth rewriting', () => {
  it('not for itself when it is whole and full', () => {
    expect(rewriteReason(aSegment(), times, limits)).toBeUndefined();
  });

  it('when it lies in many files, unless compaction made it so', () => {
    expect(rewriteReason(aSegment({ statsFiles: 17 }), times, limits)).toBe('too-many-files');
    expect(
      rewriteReason(aSegment({ statsFiles: 17, createdByCompaction: true }), times, limits),
    ).toBeUndefined();
  });

  it('when a fifth of it is deleted by deletes that may be applied', () => {
    const deleted = (rows: number, ms: number) => [{ rows, bytes: 10, timestampTo: at(ms) }];
    expect(rewriteReason(aSegment({ deltaLogs: deleted(180, 999_999) }), times, limits)).toBe('deleted');
    expect(rewriteReason(aSegment({ deltaLogs: deleted(179, 999_999) }), times, limits)).toBeUndefined();
    expect(rewriteReason(aSegment({ deltaLogs: deleted(900, 1_000_001) }), times, limits)).toBeUndefined();
    const early = { deltaLogs: deleted(900, 1), lastExpireTime: at(1_000_000) };
    expect(rewriteReason(aSegment(early), times, limits)).toBeUndefined();
  });

  it('when a fifth of it has outlived the TTL', () => {
    const withTtl = compactionTimes(at(1_000_000), 0, 1_000);
    const logs = (rows: number, ms: number) => [
      { rows, bytes: 100, timestampTo: at(ms) },
      { rows: 900 - rows, bytes: 100, timestampTo: at(999_900) },
    ];
    expect(rewriteReason(aSegment({ insertLogs: logs(180, 998_000) }), withTtl, limits)).toBe('expired');
    expect(rewriteReason(aSegment({ insertLogs: logs(180, 999_500) }), withTtl, limits)).toBeUndefined();
    expect(rewriteReason(aSegment({ insertLogs: logs(180, 998_000) }), times, limits)).toBeUndefined();
  });

  it('not because its logs do not say when they end: a collection with a TTL is not compacted for ever', () => {
    const withTtl = compactionTimes(at(1_000_000), 0, 1_000);
    const silent = aSegment({
      createdByCompaction: true,
      insertLogs: [{ rows: 900, bytes: 100 << 20, timestampTo: 0n }],
    });
    expect(rewriteReason(silent, withTtl, limits)).toBeUndefined();
  });
});

describe('plans for a partition and channel', () => {
  const small = (rows: number, id: bigint) => aSegment({ id, rows });
  const idsOf = (plans: readonly { readonly segments: readonly CompactionView[] }[]) =>
    plans.map(({ segments }) => segments.map(({ id }) => id));

  it('merge three small segments, and two that nearly fill one; a single one stays', () => {
    expect(
      idsOf(planCompactions([small(10, 1n), small(20, 2n), small(30, 3n)], maxRows, times, limits, false)),
    ).toEqual([[3n, 1n, 2n]]);
    expect(idsOf(planCompactions([small(10, 1n), small(20, 2n)], maxRows, times, limits, false))).toEqual([]);
    expect(idsOf(planCompactions([small(450, 1n), small(449, 2n)], maxRows, times, limits, false))).toEqual([
      [1n, 2n],
    ]);
    expect(planCompactions([small(400, 1n)], maxRows, times, limits, false)).toEqual([]);
  });

  it('take small segments along with one that is worth rewriting', () => {
    const worn = aSegment({ id: 9n, rows: 500, statsFiles: 17 });
    const plans = planCompactions([small(10, 1n), worn], maxRows, times, limits, false);
    expect(plans.map(({ reason }) => reason)).toEqual(['too-many-files']);
    expect(idsOf(plans)).toEqual([[9n, 1n]]);
  });

  it('are made for every segment when somebody asks', () => {
    const plans = planCompactions([small(900, 1n)], maxRows, times, limits, true);
    expect([plans.map(({ reason }) => reason), idsOf(plans)]).toEqual([['asked'], [[1n]]]);
  });

  it('never have a segment twice, never exceed what a result may have, never more segments than a plan takes', () => {
    const view = fc.record({
      rows: fc.integer({ min: 1, max: 1100 }),
      statsFiles: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(view, { maxLength: 120 }), fc.boolean(), (parts, asked) => {
        const segments = parts.map((part, index) => aSegment({ id: BigInt(index + 1), ...part }));
        const plans = planCompactions(segments, maxRows, times, limits, asked);
        const ids = idsOf(plans).flat();
        expect(new Set(ids).size).toBe(ids.length);
        for (const { segments: chosen } of plans) {
          expect(chosen.length).toBeGreaterThan(0);
          expect(chosen.length).toBeLessThanOrEqual(limits.segmentsMax);
          const rows = chosen.reduce((sum, segment) => sum + segment.rows, 0);
          if (chosen.length > 1) expect(rows).toBeLessThanOrEqual(Math.floor(maxRows * limits.expansionRate));
        }
        if (asked) expect(ids.length).toBe(segments.length);
      }),
    );
  });

  it('are the same however the segments are listed', () => {
    const rows = fc.uniqueArray(fc.integer({ min: 1, max: 1100 }), { maxLength: 40 });
    fc.assert(
      fc.property(rows, (counts) => {
        const segments = counts.map((count, index) => small(count, BigInt(index + 1)));
        const plan = (list: readonly CompactionView[]) =>
          idsOf(planCompactions(list, maxRows, times, limits, false));
        expect(plan(segments.toReversed())).toEqual(plan(segments));
      }),
    );
  });
});
