import { physicalMs, type Timestamp } from '../timestamp.ts';

/** Why a segment is sealed: the word in the log, the metric and the console. */
export type SealReason = 'too-many-binlogs' | 'lifetime' | 'full' | 'idle';

/** When a growing segment takes no more rows. Names in comments are Milvus' keys. Source: spec datacoord §3.7. */
export interface SealLimits {
  /** Stats logs of a growing segment. `dataCoord.segment.maxBinlogFileNumber` */
  readonly binlogFilesMax: number;
  /** Since the last allocation expired. `dataCoord.segment.maxLife` */
  readonly lifeMsMax: number;
  /** Share of the row limit at which a segment counts as full. `dataCoord.segment.sealProportion` */
  readonly sealProportion: number;
  /** Without new rows. `dataCoord.segment.maxIdleTime` */
  readonly idleMsMax: number;
  /** Share of the row limit below which an idle segment stays open. */
  readonly idleProportionMin: number;
}

/** A growing segment as the decision to seal it sees it. */
export interface GrowingView {
  readonly binlogFiles: number;
  /** Latest expiry of its allocations. */
  readonly lastExpireTime: Timestamp;
  /** Rows its DataNode has reported, saved or not. */
  readonly currentRows: number;
  readonly maxRows: number;
  /** Clock time of the last change of `currentRows`; undefined when none was seen. */
  readonly lastWrittenMs: number | undefined;
}

/** Whether to seal a growing segment at a tick of its channel, and why: the first reason that holds. Source: spec datacoord §3.7. */
export function sealReason(
  segment: GrowingView,
  limits: SealLimits,
  tick: Timestamp,
  nowMs: number,
): SealReason | undefined {
  if (segment.binlogFiles >= limits.binlogFilesMax) return 'too-many-binlogs';
  if (
    segment.lastExpireTime > 0n &&
    physicalMs(tick) - physicalMs(segment.lastExpireTime) >= limits.lifeMsMax
  )
    return 'lifetime';
  if (segment.currentRows >= limits.sealProportion * segment.maxRows) return 'full';
  if (
    segment.lastWrittenMs !== undefined &&
    nowMs - segment.lastWrittenMs > limits.idleMsMax &&
    segment.currentRows > limits.idleProportionMin * segment.maxRows
  ) {
    return 'idle';
  }
  return undefined;
}
