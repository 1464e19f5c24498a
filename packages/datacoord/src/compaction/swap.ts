import { Conflict, earliestPosition, isDurable, segmentStates } from '@millrace/core';
import type { data } from '@millrace/proto';
import { droppedSegment } from '../meta/drop-segment.ts';
import { Segment } from '../meta/segment.ts';
import { appendLogs, noLogs } from '../meta/segment-logs.ts';

/** What takes the place of what. */
export interface Swap {
  readonly changed: readonly Segment[];
  readonly added: readonly Segment[];
}

/**
 * The metadata after a compaction: its sources dropped, its result in their place. Pure. The result begins and ends where the earliest of its
 * sources did, so that no reader skips a delete. Source: spec datacoord §7.6.
 * @param carried delta logs that the sources got while the plan ran, already copied to the result's own keys
 * @throws Conflict when a source is gone, or something else has been made of it meanwhile
 */
export function swapFor(
  sources: readonly Segment[],
  result: data.CompactionResult,
  carried: readonly data.FieldBinlog[],
  nowMs: number,
): Swap {
  const [first] = sources;
  if (first === undefined) throw new Conflict(`plan ${result.planID} has no sources left: they were dropped`);
  for (const { id, state } of sources) {
    if (!isDurable(state))
      throw new Conflict(
        `plan ${result.planID}: segment ${id} is not flushed any more, its compaction is void`,
      );
  }
  const id = result.segmentID;
  const rows = Number(result.numOfRows);
  const target = Segment.create({
    id,
    collectionID: first.collectionID,
    partitionID: first.partitionID,
    channel: first.channel,
    state: rows === 0 ? segmentStates.dropped : segmentStates.flushed,
    droppedAt: rows === 0 ? BigInt(Math.trunc(nowMs)) * 1_000_000n : 0n,
    rows,
    maxRows: first.maxRows,
    startPosition: earliestPosition(sources.map(({ startPosition }) => startPosition)),
    dmlPosition: earliestPosition(sources.map(({ dmlPosition }) => dmlPosition)),
    createdByCompaction: true,
    compactionFrom: sources.map((source) => source.id),
    logs: {
      insert: appendLogs(noLogs.insert, 'insert', id, result.insertLogs),
      stats: appendLogs(noLogs.stats, 'stats', id, result.field2StatslogPaths),
      delta: appendLogs(noLogs.delta, 'delta', id, [...result.deltalogs, ...carried]),
    },
  });
  return { changed: sources.map((source) => droppedSegment(source, nowMs)), added: [target] };
}
