import { physicalMs } from '@millrace/core';
import type { Likeness } from '@millrace/proto/testing/compare-recorded';

/** A replay on a busy machine is as much behind the recording; kinds of expiries are further apart. */
const nearMs = 10_000;

/** What may differ between our DataCoord and a recorded 2.2.8 in the course of a life, and why; all else is the same. */
export const likeness: Likeness = {
  newIDs:
    /^(AssignSegmentID segIDAssignments\.segID|ManualCompaction compactionID|Compaction request planID)\b/,
  // The original lists what it holds in Go maps, whose order is another each time.
  unordered:
    /^(GetFlushedSegments segments|GetSegmentsByStates segments|Flush (flushSegmentIDs|segmentIDs)|GetRecoveryInfo(V2)? (channels|segments|binlogs)|ShowConfigurations configuations|GetInsertBinlogPaths (fieldIDs|paths)|.*(SegmentIds|segmentBinlogs|fieldBinlogs|infos\.binlogs|segments\.binlogs))\b(?!\.)/,
  mayDiffer: [
    {
      at: /\.expireTime\b|lastExpireTime\b/,
      reason: 'an allocation lives from when it was asked for, and ours stores its expiry ahead of need',
      byChance: true,
      like: near((value) => physicalMs(value), nearMs),
    },
    {
      at: /^Flush timeOfSeal\b/,
      reason: 'the second in which it was asked',
      byChance: true,
      like: near((value) => Number(value) * 1_000, nearMs),
    },
    {
      at: /droppedAt\b/,
      reason: 'the nanosecond in which it happened',
      byChance: true,
      like: near((value) => Number(value / 1_000_000n), nearMs),
    },
    {
      at: /logID\b/,
      reason:
        'the original tells the ids of logs only after a restart: peers take them from the paths, which are the same',
      like: (recorded, ours) => recorded === 0n && typeof ours === 'bigint' && ours > 0n,
    },
    {
      at: /^(Compaction|SyncSegments|FlushSegments|Import|AddImportSegment) request (base\.timestamp|startTime|timetravel)\b/,
      reason: 'the time at which it was sent',
      byChance: true,
      like: (recorded, ours) => typeof recorded === 'bigint' && typeof ours === 'bigint' && ours > 0n,
    },
  ],
};

function near(ms: (value: bigint) => number, toleranceMs: number) {
  return (recorded: unknown, ours: unknown): boolean =>
    typeof recorded === 'bigint' &&
    typeof ours === 'bigint' &&
    recorded > 0n === ours > 0n &&
    Math.abs(ms(recorded) - ms(ours)) <= toleranceMs;
}
