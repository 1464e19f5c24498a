import type { UniqueID } from '@millrace/core';
import { common, type data } from '@millrace/proto';
import { toMessage } from '../position-message.ts';
import type { Segment, SyncBatch } from '../segments/segment.ts';
import type { SyncLogs } from './sync-files.ts';

/** The base of a call to DataCoord: its timestamp is the clock in unix seconds, not a TSO. Source: spec datanode-and-formats §1.4. */
export function callBase(nodeID: UniqueID, nowMs: number): common.MsgBase {
  return common.MsgBase.fromPartial({ timestamp: BigInt(Math.floor(nowMs / 1000)), sourceID: nodeID });
}

/** Start positions DataCoord does not know yet. A position without a msgID would be skipped there. */
export function unknownStarts(segments: Iterable<Segment>): data.SegmentStartPosition[] {
  const starts: data.SegmentStartPosition[] = [];
  for (const { kind, segmentID, startPosition } of segments) {
    if (kind === 'new' && startPosition !== undefined)
      starts.push({ segmentID, startPosition: toMessage(startPosition) });
  }
  return starts;
}

/** One metadata call of one sync: paths, rows and positions together. Source: spec datanode-and-formats §4.9. */
export function saveRequest(
  base: common.MsgBase,
  collectionID: UniqueID,
  batch: SyncBatch,
  logs: SyncLogs,
  startPositions: readonly data.SegmentStartPosition[],
): data.SaveBinlogPathsRequest {
  const { segmentID, rows, position, decision } = batch;
  return {
    base,
    segmentID,
    collectionID,
    field2BinlogPaths: [...logs.insertLogs],
    checkPoints: [{ segmentID, position: toMessage(position), numOfRows: BigInt(rows) }],
    startPositions: [...startPositions],
    flushed: decision.flushed,
    field2StatslogPaths: [...logs.statsLogs],
    deltalogs: [...logs.deltaLogs],
    dropped: decision.dropped,
    importing: false,
  };
}

/** Whether DataCoord's answer on a segment names a file of this sync: an earlier attempt arrived, only its reply was lost (§14-2). */
export function isSaved(info: data.SegmentInfo, logs: SyncLogs): boolean {
  const [first] = filesOf(logs);
  if (first === undefined) return false;
  const logID = first.logPath.slice(first.logPath.lastIndexOf('/') + 1);
  return [...info.binlogs, ...info.deltalogs]
    .flatMap(({ binlogs }) => binlogs)
    .some((binlog) => binlog.logPath === first.logPath || String(binlog.logID) === logID);
}

/** Whether the sync wrote any file: an empty one may be saved twice without harm. */
export function hasFiles(logs: SyncLogs): boolean {
  return filesOf(logs).length > 0;
}

function filesOf({ insertLogs, deltaLogs }: SyncLogs): data.Binlog[] {
  return [...insertLogs, ...deltaLogs].flatMap(({ binlogs }) => binlogs);
}
