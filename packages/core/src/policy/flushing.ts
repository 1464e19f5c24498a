import type { Timestamp } from '../timestamp.ts';

/** A sealed segment as the decision about its flush sees it. */
export interface SealedView {
  readonly lastExpireTime: Timestamp;
  readonly currentRows: number;
  readonly isImporting: boolean;
  /** Clock time of the last request to flush it; undefined for none. */
  readonly lastFlushMs: number | undefined;
  /** Its row count is complete: everything its owner consumed up to the tick has been reported to this process. */
  readonly rowsKnown: boolean;
}

/** How long a DataNode has before it is asked again. Source: spec datacoord §3.8. */
export const flushRetryMs = 2_000;

/** Whether an import had its time: what its segment has will not be flushed any more. Source: spec datacoord §3.8. */
export function isStaleImport(segment: Pick<SealedView, 'lastExpireTime'>, tick: Timestamp): boolean {
  return segment.lastExpireTime < tick;
}

/**
 * What to do with a sealed segment at a tick of its channel. Rows can only carry timestamps below the expiry of their allocation, so behind
 * that tick no more can come: it is flushed, or dropped if it never got a row. Source: spec datacoord §3.8.
 */
export function sealedAction(
  segment: SealedView,
  tick: Timestamp,
  nowMs: number,
): 'flush' | 'drop-empty' | 'wait' {
  const complete = segment.lastExpireTime <= tick;
  if (!complete && !segment.isImporting) return 'wait';
  if (segment.currentRows === 0 && !segment.isImporting) return segment.rowsKnown ? 'drop-empty' : 'wait';
  if (segment.lastFlushMs !== undefined && nowMs - segment.lastFlushMs < flushRetryMs) return 'wait';
  return 'flush';
}
