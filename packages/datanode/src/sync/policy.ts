import type { UniqueID } from '@millrace/core';

/** Why a segment is synced: the word in the log line and the metric. */
export type SyncReason = 'drop-partition' | 'flush' | 'full' | 'delete-bytes' | 'memory' | 'age' | 'close';

export interface SyncView {
  readonly segmentID: UniqueID;
  /** Bytes of rows, and of deletes, that wait in the buffers. */
  readonly insertBytes: number;
  readonly deleteBytes: number;
  /** Pack time (unix ms) of the last sync, or of the segment's arrival. */
  readonly lastSyncMs: number;
  readonly flushRequested: boolean;
  /** Its partition was dropped in this pack. */
  readonly partitionDropped: boolean;
}

export interface SyncLimits {
  readonly insertBytesMax: number;
  /** Of the whole channel. */
  readonly deleteBytesMax: number;
  readonly periodMs: number;
  /** Share of the period, 0 to 1, by which segments come earlier than it. */
  readonly jitter: number;
}

/** A segment whose buffers are to be written, why, and what becomes of it with that. */
export interface SyncDecision {
  readonly segmentID: UniqueID;
  readonly reason: SyncReason;
  /** The segment is complete: `flushed` of SaveBinlogPaths. */
  readonly flushed: boolean;
  readonly dropped: boolean;
}

/**
 * Segments of a channel to sync behind a pack, each at most once, for the strongest reason it has. Buffers of rows and of deletes always go
 * together. Pure. Source: spec datanode-and-formats §4.4, without defects §14-1 and §14-11.
 */
export function segmentsToSync(
  segments: readonly SyncView[],
  limits: SyncLimits,
  nowMs: number,
): SyncDecision[] {
  const heavy = heaviestDeletes(segments, limits.deleteBytesMax);
  const decisions: SyncDecision[] = [];
  for (const segment of segments) {
    const reason = reasonOf(segment, heavy, limits, nowMs);
    if (reason !== undefined) decisions.push(decisionFor(segment, reason));
  }
  return decisions;
}

function reasonOf(
  segment: SyncView,
  heavy: ReadonlySet<UniqueID>,
  limits: SyncLimits,
  nowMs: number,
): SyncReason | undefined {
  if (segment.partitionDropped) return 'drop-partition';
  if (segment.flushRequested) return 'flush';
  if (segment.insertBytes >= limits.insertBytesMax) return 'full';
  if (heavy.has(segment.segmentID)) return 'delete-bytes';
  if (bytesOf(segment) > 0 && nowMs - segment.lastSyncMs >= periodOf(segment.segmentID, limits)) return 'age';
  return undefined;
}

function decisionFor(segment: SyncView, reason: SyncReason): SyncDecision {
  const dropped = segment.partitionDropped;
  return {
    segmentID: segment.segmentID,
    reason,
    flushed: dropped || segment.flushRequested,
    dropped,
  };
}

/** The largest delete buffers, until what remains is below the limit of the channel. */
function heaviestDeletes(segments: readonly SyncView[], bytesMax: number): ReadonlySet<UniqueID> {
  const chosen = new Set<UniqueID>();
  let sum = segments.reduce((bytes, segment) => bytes + segment.deleteBytes, 0);
  if (sum < bytesMax) return chosen;
  for (const segment of segments.toSorted((a, b) => b.deleteBytes - a.deleteBytes)) {
    if (sum < bytesMax) break;
    chosen.add(segment.segmentID);
    sum -= segment.deleteBytes;
  }
  return chosen;
}

/** The period of one segment: the same at every call, different from its neighbours'. */
function periodOf(segmentID: UniqueID, limits: SyncLimits): number {
  const spread = Number(BigInt.asUintN(32, segmentID * 0x9e3779b97f4a7c15n)) / 2 ** 32;
  return limits.periodMs * (1 - limits.jitter * spread);
}

/** Non-empty segments to sync when their channel is handed over. */
export function segmentsToClose(segments: readonly SyncView[]): SyncDecision[] {
  return segments
    .filter((segment) => bytesOf(segment) > 0)
    .map(({ segmentID }) => ({ segmentID, reason: 'close', flushed: false, dropped: false }));
}

/**
 * Segments to sync so that what is buffered and not yet on its way shrinks by `bytesWanted`, largest first: few large files instead of many
 * small ones. Pure. Source: spec datanode-and-formats §4.4 f.
 */
export function segmentsToRelieve<View extends SyncView>(
  segments: readonly View[],
  bytesWanted: number,
): View[] {
  const chosen: View[] = [];
  let bytes = 0;
  for (const segment of segments.toSorted((a, b) => bytesOf(b) - bytesOf(a))) {
    if (bytes >= bytesWanted || bytesOf(segment) === 0) break;
    chosen.push(segment);
    bytes += bytesOf(segment);
  }
  return chosen;
}

export function bytesOf(segment: Pick<SyncView, 'insertBytes' | 'deleteBytes'>): number {
  return segment.insertBytes + segment.deleteBytes;
}
