import type { CompactionDecision, CompactionTimes } from '@millrace/core';
import { data } from '@millrace/proto';
import { segmentInfo } from '../meta/segment.ts';
import type { PlannedSegment } from './segment-view.ts';

export interface PlanSettings {
  readonly objectRoot: string;
  readonly timeoutMs: number;
  /** Of the collection; undefined for none. */
  readonly ttlMs: number | undefined;
}

/** The order for a DataNode. Source: spec datacoord §7.4. */
export function planOf(
  planID: bigint,
  channel: string,
  { segments }: CompactionDecision<PlannedSegment>,
  { travelTime }: CompactionTimes,
  { objectRoot, timeoutMs, ttlMs }: PlanSettings,
): data.CompactionPlan {
  return data.CompactionPlan.fromPartial({
    planID,
    type: data.CompactionType.MixCompaction,
    channel,
    timetravel: travelTime,
    timeoutInSeconds: Math.ceil(timeoutMs / 1000),
    // Nanoseconds, as Go's durations are.
    collectionTtl: ttlMs === undefined ? 0n : BigInt(Math.trunc(ttlMs)) * 1_000_000n,
    totalRows: segments.reduce((sum, { rows }) => sum + BigInt(rows), 0n),
    segmentBinlogs: segments.map(({ segment }) => {
      const { binlogs, statslogs, deltalogs } = segmentInfo(segment, objectRoot);
      return {
        segmentID: segment.id,
        fieldBinlogs: binlogs,
        field2StatslogPaths: statslogs,
        deltalogs,
      };
    }),
  });
}
