import type { CompactionView, LogView, Timestamp } from '@millrace/core';
import type { Segment } from '../meta/segment.ts';
import { decodeLogs, fileCount, type LogList } from '../meta/segment-logs.ts';

/** A flushed segment as planning sees it, and the segment itself. Logs are read when they are asked for. */
export interface PlannedSegment extends CompactionView {
  readonly segment: Segment;
}

export function plannedSegment(segment: Segment): PlannedSegment {
  const { logs } = segment;
  const { id, rows, maxRows, createdByCompaction, lastExpireTime } = segment;
  return {
    segment,
    id,
    rows,
    maxRows,
    createdByCompaction,
    lastExpireTime,
    get statsFiles() {
      return fileCount(logs.stats);
    },
    get insertLogs() {
      return logViews(logs.insert.slice(0, 1));
    },
    bytesBefore: (time: Timestamp) =>
      logViews(logs.insert).reduce(
        (sum, log) => sum + (log.timestampTo > 0n && log.timestampTo < time ? log.bytes : 0),
        0,
      ),
    get deltaLogs() {
      return logViews(logs.delta);
    },
  };
}

function logViews(list: LogList): LogView[] {
  return list.flatMap(decodeLogs).map(({ entriesNum, logSize, timestampTo }) => ({
    rows: Number(entriesNum),
    bytes: Number(logSize),
    timestampTo,
  }));
}
