import { type Position, physicalMs, type Timestamp, type UniqueID } from '@millrace/core';
import type { schema } from '@millrace/proto';
import type { DmlMessage, Pack } from '@millrace/stream';
import { channelCheckpoint } from '../channel-checkpoint.ts';
import { positionOfChannel } from '../position-message.ts';
import { type BufferSettings, InsertBuffer } from '../segments/insert-buffer.ts';
import { type NewInsertBuffer, Segment, type SyncBatch } from '../segments/segment.ts';
import type { SyncDecision, SyncView } from '../sync/policy.ts';
import type { DdFilter } from './dd-filter.ts';
import { allPartitions, deletesOf } from './deletes-of.ts';
import { type InsertView, scanInsert } from './scan-insert.ts';

export interface ChannelStart {
  readonly vchannel: string;
  readonly collectionID: UniqueID;
  readonly schema: schema.CollectionSchema;
  readonly filter: DdFilter;
  readonly segments: readonly Segment[];
  readonly buffers: BufferSettings;
}

/** What one pack did to a channel. */
export interface PackEffect {
  /** Deletes of this collection, as received. */
  readonly deletes: readonly Uint8Array[];
  /** Segments that got rows. */
  readonly touched: ReadonlySet<UniqueID>;
  readonly collectionDropped: boolean;
  /** Rows it brought, and deletes, each once however many segments it may concern. */
  readonly insertedRows: number;
  readonly deletedKeys: number;
  /** By how many bytes the buffers grew. */
  readonly bytes: number;
}

/**
 * Everything a channel holds between the log and the objects. Each pack is applied in one synchronous step, so that between packs the
 * buffers hold exactly the rows up to `position`. Without I/O. Source: spec datanode-and-formats §4.2 to §4.5.
 */
export class ChannelState {
  readonly vchannel: string;
  readonly collectionID: UniqueID;
  readonly segments = new Map<UniqueID, Segment>();
  /** End of the last pack; undefined before the first. */
  position: Position | undefined;
  private readonly filter: DdFilter;
  private readonly newBuffer: NewInsertBuffer;

  constructor(start: ChannelStart) {
    this.vchannel = start.vchannel;
    this.collectionID = start.collectionID;
    this.newBuffer = (position) => new InsertBuffer(start.schema, position, start.buffers);
    this.filter = start.filter;
    for (const segment of start.segments) this.segments.set(segment.segmentID, segment);
  }

  get tick(): Timestamp | undefined {
    return this.position?.timestamp;
  }

  /** Physical time of the last pack, unix ms: what "now" means to a channel (§9.1). */
  get nowMs(): number {
    return physicalMs(this.tick ?? 0n);
  }

  apply(pack: Pack): PackEffect {
    const end = positionOfChannel(pack.endPosition, this.vchannel);
    // Without a start position the pack begins where the log does, which has no id.
    const start = positionOfChannel(
      pack.startPosition ?? { ...pack.endPosition, msgID: new Uint8Array(0), timestamp: pack.beginTs },
      this.vchannel,
    );
    this.position = end;
    const touched = new Set<UniqueID>();
    const own = pack.messages.filter((message) => this.isOwn(message));
    let bytes = 0;
    let insertedRows = 0;
    let deletedKeys = 0;
    for (const message of own) {
      if (message.kind !== 'insert' || !this.filter.accepts(message)) continue;
      const view = scanInsert(message.payload);
      bytes += this.insert(view, start);
      insertedRows += view.rows;
      touched.add(message.segmentID);
    }
    const deletes: Uint8Array[] = [];
    for (const message of own) {
      if (message.kind !== 'delete') continue;
      deletes.push(message.payload);
      const { partitionID } = message.request;
      for (const entry of deletesOf(message.request)) {
        deletedKeys++;
        for (const segment of this.segments.values()) {
          if (partitionID !== allPartitions && segment.partitionID !== partitionID) continue;
          if (segment.mayContain(entry.primaryKey)) bytes += segment.delete(entry, start);
        }
      }
    }
    for (const message of own)
      if (message.kind === 'drop-partition') this.dropPartition(message.request.partitionID);
    const collectionDropped = own.some(({ kind }) => kind === 'drop-collection');
    return { deletes, touched, collectionDropped, insertedRows, deletedKeys, bytes };
  }

  /** Takes the buffers of the decided segments out. Call it between packs only. */
  take(decisions: readonly SyncDecision[], position: Position): SyncBatch[] {
    return decisions.flatMap((decision) => {
      const segment = this.segments.get(decision.segmentID);
      return segment === undefined ? [] : [segment.take(decision, position, this.nowMs)];
    });
  }

  saved(batch: SyncBatch, started: readonly UniqueID[]): void {
    for (const segmentID of started) {
      const segment = this.segments.get(segmentID);
      if (segment?.kind === 'new') segment.kind = 'normal';
    }
    const segment = this.segments.get(batch.segmentID);
    segment?.saved(batch);
    if (batch.decision.dropped) this.segments.delete(batch.segmentID);
  }

  /**
   * The sources were compacted into the target, or into nothing. Only flushed segments can be; what they still hold goes to the target. The
   * same again changes nothing. Call it between packs only. Returns the bytes of deletes that no segment needs any more. Source: spec
   * datanode-and-formats §1.7.
   */
  compacted(sourceIDs: readonly UniqueID[], target: Segment | undefined): number {
    const sources = sourceIDs.flatMap((segmentID) => this.segments.get(segmentID) ?? []);
    const flushed = sources.filter(({ kind }) => kind === 'flushed');
    if (flushed.length === 0) return 0;
    const heir = target && (this.segments.get(target.segmentID) ?? target);
    for (const source of flushed) {
      this.segments.delete(source.segmentID);
      heir?.inherit(source);
    }
    if (heir !== undefined) this.segments.set(heir.segmentID, heir);
    return heir === undefined ? flushed.reduce((sum, source) => sum + source.syncView(0).deleteBytes, 0) : 0;
  }

  /** See `ChannelPipeline.addFlushed`. Between packs, as all that is synchronous. */
  addFlushed(segment: Segment): void {
    if (!this.segments.has(segment.segmentID)) this.segments.set(segment.segmentID, segment);
  }

  /** The segment exists no more. */
  forget(segmentID: UniqueID): void {
    this.segments.delete(segmentID);
  }

  views(): SyncView[] {
    return [...this.segments.values()].map((segment) => segment.syncView(this.nowMs));
  }

  checkpoint(): Position | undefined {
    return this.position && channelCheckpoint(this.segments.values(), this.position);
  }

  private isOwn(message: DmlMessage): boolean {
    return (
      (message.kind === 'insert' ? message.collectionID : message.request.collectionID) === this.collectionID
    );
  }

  private insert(view: InsertView, start: Position): number {
    let segment = this.segments.get(view.segmentID);
    if (segment === undefined) {
      const { segmentID, partitionID } = view;
      segment = new Segment({ segmentID, partitionID, kind: 'new', rows: 0, summaries: [] });
      this.segments.set(segmentID, segment);
    }
    return segment.insert(view, start, this.newBuffer);
  }

  private dropPartition(partitionID: UniqueID): void {
    for (const segment of this.segments.values()) {
      if (segment.partitionID !== partitionID) continue;
      segment.partitionDropped = true;
      this.filter.drop(segment.segmentID);
    }
  }
}
