import { type common, data, type internal } from '@millrace/proto';
import { type LogList, noLogs, rowsOfLogs, type SegmentLogs, toFieldBinlogs } from './segment-logs.ts';

/** A segment as the metastore knows it. Replaced as a whole, never changed in place. */
export interface Segment {
  readonly id: bigint;
  readonly collectionID: bigint;
  readonly partitionID: bigint;
  /** Virtual channel its rows come from. */
  readonly channel: string;
  readonly state: common.SegmentState;
  /** Rows in its binlogs, or at its checkpoint where it has none. */
  readonly rows: number;
  readonly maxRows: number;
  /** No row with a timestamp at or above it can still come. While the segment grows it is ahead of the last allocation, never behind. */
  readonly lastExpireTime: bigint;
  readonly startPosition: internal.MsgPosition | undefined;
  /** Everything of the segment up to here is in its binlogs. */
  readonly dmlPosition: internal.MsgPosition | undefined;
  readonly createdByCompaction: boolean;
  readonly compactionFrom: readonly bigint[];
  /** Unix nanoseconds; 0 while it lives. */
  readonly droppedAt: bigint;
  readonly isImporting: boolean;
  readonly isFake: boolean;
  readonly logs: SegmentLogs;
}

export const newSegment = {
  rows: 0,
  lastExpireTime: 0n,
  startPosition: undefined,
  dmlPosition: undefined,
  createdByCompaction: false,
  compactionFrom: [],
  droppedAt: 0n,
  isImporting: false,
  isFake: false,
  logs: noLogs,
} as const satisfies Partial<Segment>;

/** The stored form: without logs, which have keys of their own. */
export function encodeSegment(segment: Segment): Uint8Array {
  return data.SegmentInfo.encode(toMessage(segment)).finish();
}

export function decodeSegment(bytes: Uint8Array): Segment {
  const info = data.SegmentInfo.decode(bytes);
  return {
    id: info.ID,
    collectionID: info.collectionID,
    partitionID: info.partitionID,
    channel: info.insertChannel,
    state: info.state,
    rows: Number(info.numOfRows),
    maxRows: Number(info.maxRowNum),
    lastExpireTime: info.lastExpireTime,
    startPosition: info.startPosition,
    dmlPosition: info.dmlPosition,
    createdByCompaction: info.createdByCompaction,
    compactionFrom: info.compactionFrom,
    droppedAt: info.droppedAt,
    isImporting: info.isImporting,
    isFake: info.isFake,
    logs: noLogs,
  };
}

/** As an answer carries it, logs with their paths. */
export function segmentInfo(segment: Segment, objectRoot: string): data.SegmentInfo {
  const ids = { collectionID: segment.collectionID, partitionID: segment.partitionID, segmentID: segment.id };
  const logs = (kind: 'insert' | 'stats' | 'delta', list: LogList) =>
    toFieldBinlogs(objectRoot, kind, ids, list);
  return {
    ...toMessage(segment),
    numOfRows: BigInt(rowsOfLogs(segment.logs) ?? segment.rows),
    binlogs: logs('insert', segment.logs.insert),
    statslogs: logs('stats', segment.logs.stats),
    deltalogs: logs('delta', segment.logs.delta),
  };
}

function toMessage(segment: Segment): data.SegmentInfo {
  return data.SegmentInfo.fromPartial({
    ID: segment.id,
    collectionID: segment.collectionID,
    partitionID: segment.partitionID,
    insertChannel: segment.channel,
    numOfRows: BigInt(segment.rows),
    state: segment.state,
    maxRowNum: BigInt(segment.maxRows),
    lastExpireTime: segment.lastExpireTime,
    startPosition: segment.startPosition,
    dmlPosition: segment.dmlPosition,
    createdByCompaction: segment.createdByCompaction,
    compactionFrom: [...segment.compactionFrom],
    droppedAt: segment.droppedAt,
    isImporting: segment.isImporting,
    isFake: segment.isFake,
  });
}
