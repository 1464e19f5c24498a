import {
  Conflict,
  type SegmentStateName,
  segmentStateName,
  segmentStates,
  segmentTransitions,
  transition,
} from '@millrace/core';
import type { data, internal } from '@millrace/proto';
import type { Segment } from './segment.ts';
import { appendLogs, fileCount, rowsOfLogs } from './segment-logs.ts';

export interface SavedPaths {
  readonly insert: readonly data.FieldBinlog[];
  readonly stats: readonly data.FieldBinlog[];
  readonly delta: readonly data.FieldBinlog[];
  readonly checkpoint: { readonly position: internal.MsgPosition; readonly rows: number } | undefined;
  readonly flushed: boolean;
  readonly dropped: boolean;
  readonly importing: boolean;
  /** Rows reported for an importing segment. */
  readonly reportedRows: number;
  /** Unix nanoseconds, for a segment this call drops. */
  readonly nowNs: bigint;
}

/**
 * The segment after its DataNode saved logs. Pure, and idempotent by content: logs are known by their ids and positions only move forward,
 * so the same call again changes nothing. Source: spec datacoord §6.6, §2.10.
 */
export function withSavedPaths(segment: Segment, saved: SavedPaths): Segment {
  const present = segment.logs;
  const logs = {
    insert: appendLogs(present.insert, 'insert', segment.id, saved.insert),
    stats: appendLogs(present.stats, 'stats', segment.id, saved.stats),
    delta: appendLogs(present.delta, 'delta', segment.id, saved.delta),
  };
  if (logs.insert.length > 0 && logs.stats.length > 0 && fileCount(logs.insert) !== fileCount(logs.stats)) {
    throw new Conflict(
      `Segment can not be saved because of binlog file not match stat log number: collection ${segment.collectionID}, segment ${segment.id}`,
    );
  }
  const counted = rowsOfLogs(logs);
  let { dmlPosition, rows } = segment;
  if (saved.importing) {
    rows = counted ?? saved.reportedRows;
  } else if (saved.checkpoint !== undefined) {
    const { position } = saved.checkpoint;
    if (dmlPosition === undefined || dmlPosition.timestamp < position.timestamp) {
      dmlPosition = position;
      rows = saved.checkpoint.rows;
    }
    rows = counted ?? rows;
  }
  return segment.with({ logs, rows, dmlPosition, ...stateAfter(segment, saved) });
}

function stateAfter(segment: Segment, saved: SavedPaths): Pick<Segment, 'state' | 'droppedAt'> {
  if (saved.dropped) return { state: move(segment, 'dropped'), droppedAt: saved.nowNs };
  if (saved.flushed) return { state: move(segment, 'flushed'), droppedAt: segment.droppedAt };
  return { state: segment.state, droppedAt: segment.droppedAt };
}

/** The state a segment moves to; an illegal move throws and names both. */
export function move(segment: Segment, to: SegmentStateName): Segment['state'] {
  const from = segmentStateName(segment.state);
  if (from === 'none' || from === 'not-exist')
    throw new Conflict(`segment ${segment.id} is in state ${from} and cannot become ${to}`);
  return segmentStates[transition(segmentTransitions, `segment ${segment.id}`, from, to)];
}
