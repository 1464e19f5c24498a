import { maxOf, type Timestamp, type UniqueID } from '@millrace/core';

/** What identifies an insert for filtering. */
export interface InsertMark {
  readonly collectionID: UniqueID;
  readonly segmentID: UniqueID;
  readonly shardName: string;
  readonly endTs: Timestamp;
}

/** A saved segment and the time up to which its rows are in objects. */
export interface SavedSegment {
  readonly segmentID: UniqueID;
  readonly dmlTimestamp: Timestamp;
}

export interface DdFilterStart {
  readonly collectionID: UniqueID;
  readonly vchannel: string;
  readonly sealed: readonly SavedSegment[];
  readonly growing: readonly SavedSegment[];
  readonly dropped: readonly UniqueID[];
}

/**
 * Decides which inserts of a physical channel are new rows of this virtual one. Replaying from a checkpoint delivers rows again that are in
 * objects already; a segment's dml position, which always lies on a time tick, tells them apart. Source: spec datanode-and-formats §4.2.
 */
export class DdFilter {
  private readonly collectionID: UniqueID;
  private readonly vchannel: string;
  private readonly sealed: Map<UniqueID, Timestamp>;
  private readonly growing: Map<UniqueID, Timestamp>;
  private readonly dropped: Set<UniqueID>;
  private seen: Timestamp = 0n;

  constructor(start: DdFilterStart) {
    this.collectionID = start.collectionID;
    this.vchannel = start.vchannel;
    this.sealed = timestampsBySegment(start.sealed);
    this.growing = timestampsBySegment(start.growing);
    this.dropped = new Set(start.dropped);
  }

  /** Whether the rows of this message are this channel's, and in no object yet. Call it in the order of the messages. */
  accepts(insert: InsertMark): boolean {
    if (insert.collectionID !== this.collectionID || insert.shardName !== this.vchannel) return false;
    this.forgetPassed(insert.endTs);
    if (this.dropped.has(insert.segmentID)) return false;
    const sealedUntil = this.sealed.get(insert.segmentID);
    if (sealedUntil !== undefined && insert.endTs <= sealedUntil) return false;
    const grownUntil = this.growing.get(insert.segmentID);
    if (grownUntil === undefined) return true;
    if (insert.endTs <= grownUntil) return false;
    this.growing.delete(insert.segmentID);
    return true;
  }

  /** From now on nothing of the segment is accepted. */
  drop(segmentID: UniqueID): void {
    this.dropped.add(segmentID);
  }

  /** What a message has passed cannot be delivered again: dml positions lie on ticks, and everything behind a tick is newer. */
  private forgetPassed(endTs: Timestamp): void {
    if (endTs <= this.seen) return;
    this.seen = endTs;
    for (const [segmentID, until] of this.sealed) if (until < endTs) this.sealed.delete(segmentID);
  }
}

function timestampsBySegment(segments: readonly SavedSegment[]): Map<UniqueID, Timestamp> {
  const map = new Map<UniqueID, Timestamp>();
  for (const { segmentID, dmlTimestamp } of segments)
    map.set(segmentID, maxOf(map.get(segmentID) ?? 0n, dmlTimestamp));
  return map;
}
