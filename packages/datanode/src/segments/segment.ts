import { type DeleteEntry, mayContain, type PrimaryKey, type PrimaryKeySummary } from '@millrace/binlog';
import { earliestPosition, type Position, type UniqueID } from '@millrace/core';
import type { UnsyncedView } from '../channel-checkpoint.ts';
import type { InsertView } from '../pipeline/scan-insert.ts';
import type { SyncDecision, SyncView } from '../sync/policy.ts';
import { DeleteBuffer } from './delete-buffer.ts';
import type { InsertBuffer } from './insert-buffer.ts';

/** Makes the buffer of a segment's first row behind its last sync. */
export type NewInsertBuffer = (start: Position) => InsertBuffer;

/** `new`: DataCoord does not know its start position yet. */
export type SegmentKind = 'new' | 'normal' | 'flushed';

export interface SegmentOrigin {
  readonly segmentID: UniqueID;
  readonly partitionID: UniqueID;
  readonly kind: SegmentKind;
  readonly startPosition?: Position | undefined;
  /** Rows that objects hold. */
  readonly rows: number;
  /** One per saved insert batch. */
  readonly summaries: readonly PrimaryKeySummary[];
}

/** The buffers of one sync. */
export interface BatchContents {
  readonly inserts: InsertBuffer | undefined;
  readonly deletes: DeleteBuffer | undefined;
}

/** What one sync takes out of a segment, as of the end of one pack. */
export interface SyncBatch {
  /** Whose it is: the target's, once its segment has been compacted away. */
  segmentID: UniqueID;
  readonly partitionID: UniqueID;
  readonly decision: SyncDecision;
  /** End of the pack: rows up to here are in this batch or an earlier one. */
  readonly position: Position;
  /** Rows of the segment up to `position`, saved ones included. */
  rows: number;
  /** Let go as soon as it is encoded, after `Segment.encoded`: memory is worth more than the second look. */
  contents: BatchContents | undefined;
  /** Earliest position that brings its content back. */
  readonly start: Position | undefined;
}

/** One segment of a watched channel: what is buffered, what is on its way, and which keys it may hold. */
export class Segment implements UnsyncedView {
  readonly segmentID: UniqueID;
  readonly partitionID: UniqueID;
  kind: SegmentKind;
  startPosition: Position | undefined;
  /** A flush was asked for and is not saved yet. */
  flushRequested = false;
  /** The flush was handed to a sync. */
  flushStarted = false;
  partitionDropped = false;
  private consumedRows: number;
  /** Pack time; undefined before the first pack, whose time then counts. */
  private lastSyncMs: number | undefined;
  private inserts: InsertBuffer | undefined;
  private deletes: DeleteBuffer | undefined;
  private readonly summaries: PrimaryKeySummary[];
  private readonly syncs = new Set<SyncBatch>();

  constructor(origin: SegmentOrigin) {
    this.segmentID = origin.segmentID;
    this.partitionID = origin.partitionID;
    this.kind = origin.kind;
    this.startPosition = origin.startPosition;
    this.consumedRows = origin.rows;
    this.summaries = [...origin.summaries];
  }

  /** Rows in objects and in buffers. */
  get rows(): number {
    return this.consumedRows;
  }

  get insertStart(): Position | undefined {
    return this.inserts?.start;
  }

  get deleteStart(): Position | undefined {
    return this.deletes?.start;
  }

  get syncStarts(): Iterable<Position> {
    return [...this.syncs].flatMap(({ start }) => (start === undefined ? [] : [start]));
  }

  /** Adds rows; returns by how many bytes the buffers grew. */
  insert(view: InsertView, packStart: Position, newBuffer: NewInsertBuffer): number {
    this.inserts ??= newBuffer(packStart);
    const before = this.inserts.bytes;
    this.inserts.append(view);
    this.startPosition ??= packStart;
    this.consumedRows += view.rows;
    return this.inserts.bytes - before;
  }

  /** Whether one of its rows may have this key: false is certain. */
  mayContain(key: PrimaryKey): boolean {
    if (this.inserts?.mayContain(key)) return true;
    for (const { contents } of this.syncs) if (contents?.inserts?.mayContain(key)) return true;
    return this.summaries.some((summary) => mayContain(summary, key));
  }

  /** Adds a delete; returns by how many bytes the buffers grew. */
  delete(entry: DeleteEntry, packStart: Position): number {
    this.deletes ??= new DeleteBuffer(packStart);
    const before = this.deletes.bytes;
    this.deletes.add(entry);
    return this.deletes.bytes - before;
  }

  /** Takes the buffers out for a sync as of `position`. Rows and deletes go together, always (§14-1). */
  take(decision: SyncDecision, position: Position, nowMs: number): SyncBatch {
    const inserts = this.inserts?.rows === 0 ? undefined : this.inserts;
    const { deletes } = this;
    const batch: SyncBatch = {
      segmentID: this.segmentID,
      partitionID: this.partitionID,
      decision,
      position,
      rows: this.consumedRows,
      contents: { inserts, deletes },
      start: earliestPosition([inserts?.start, deletes?.start]),
    };
    this.inserts = undefined;
    this.deletes = undefined;
    this.lastSyncMs = nowMs;
    this.flushStarted ||= decision.flushed;
    this.partitionDropped = false;
    this.syncs.add(batch);
    return batch;
  }

  /** The keys of a batch, whose buffers may go now. */
  encoded(summary: PrimaryKeySummary): void {
    this.summaries.push(summary);
  }

  /** The batch is in objects and in DataCoord's metadata. */
  saved(batch: SyncBatch): void {
    this.syncs.delete(batch);
    if (!batch.decision.flushed) return;
    this.kind = 'flushed';
    this.flushRequested = false;
    this.flushStarted = false;
  }

  /** Takes over what a segment that was compacted into this one still holds: its deletes, buffered or on their way. */
  inherit(source: Segment): void {
    if (source.deletes !== undefined) {
      const merged = new DeleteBuffer(
        earliestPosition([this.deletes?.start, source.deletes.start]) ?? source.deletes.start,
      );
      for (const entry of [...(this.deletes?.deletes ?? []), ...source.deletes.deletes]) merged.add(entry);
      this.deletes = merged;
      source.deletes = undefined;
    }
    for (const batch of source.syncs) {
      batch.segmentID = this.segmentID;
      batch.rows = this.consumedRows;
      this.syncs.add(batch);
    }
    source.syncs.clear();
  }

  /** @param nowMs pack time */
  syncView(nowMs: number): SyncView {
    this.lastSyncMs ??= nowMs;
    return {
      segmentID: this.segmentID,
      insertBytes: this.inserts?.bytes ?? 0,
      deleteBytes: this.deletes?.bytes ?? 0,
      lastSyncMs: this.lastSyncMs,
      flushRequested: this.flushRequested && !this.flushStarted,
      partitionDropped: this.partitionDropped,
    };
  }
}
