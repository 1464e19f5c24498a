import { type Column, columnOf } from '@millrace/binlog';
import { Internal, Unavailable, type UniqueID } from '@millrace/core';
import { rowIDField } from '../pipeline/decode-insert.ts';
import type { ImportBatch } from './import-batch.ts';
import type { ImportJob } from './import-job.ts';
import { ImportSegment } from './import-segment.ts';
import { RowIDs } from './row-ids.ts';
import { ShardBlock } from './shard-block.ts';
import { shardRows } from './shard-rows.ts';
import { writeBlock } from './write-block.ts';

export interface ImportWriterEvents {
  /** DataCoord gave a segment. */
  segmentOpened(segmentID: UniqueID): Promise<void>;
  /** A block is stored. */
  blockWritten(): void;
}

interface Shard {
  readonly channel: string;
  block: ShardBlock | undefined;
  segment: ImportSegment | undefined;
}

/**
 * Spreads rows over the shards of their collection and writes them into segments of DataCoord's, a block of one shard at a time while the next
 * rows are read. No metadata names any of it before `save`. Source: spec datanode-and-formats §10.5.
 */
export class ImportWriter {
  private readonly job: ImportJob;
  private readonly events: ImportWriterEvents;
  private readonly shards: readonly Shard[];
  private readonly segments: ImportSegment[] = [];
  private readonly rowIDs: RowIDs;
  private blocksBytes = 0;
  private written = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(job: ImportJob, events: ImportWriterEvents) {
    this.job = job;
    this.events = events;
    this.rowIDs = new RowIDs(job);
    this.shards = job.task.channelNames.map((channel) => ({ channel, block: undefined, segment: undefined }));
  }

  get rows(): number {
    return this.written;
  }

  get segmentIDs(): UniqueID[] {
    return this.segments.map(({ segmentID }) => segmentID);
  }

  /** Of the keys that were made here, as pairs; none where files bring them. */
  get autoIDs(): UniqueID[] {
    return this.job.schema.primaryKey.autoID ? this.rowIDs.ranges : [];
  }

  async add(batch: ImportBatch): Promise<void> {
    const { memory } = this.job;
    const columns = await this.withRowIDs(batch);
    const keys = columns.get(this.job.schema.primaryKey.fieldID);
    if (keys === undefined) throw new Internal('rows were read without their primary key');
    const rows = shardRows(keys, this.shards.length);
    for (const [at, shard] of this.shards.entries())
      this.append(shard, columns, rows[at] ?? new Uint32Array(0));
    for (const shard of this.shards) if (bytesOf(shard) >= memory.blockBytes) await this.write(shard);
    while (this.blocksBytes > memory.blocksBytes) await this.write(largest(this.shards));
  }

  /**
   * Resolves once there is memory for more rows. While there is none, nothing of the import's waits: channels that want to read on must not
   * wait for an import that waits for them.
   */
  async whenRoom(): Promise<void> {
    const { budget } = this.job.node;
    if (budget.isHigh) {
      await this.writeAll();
      await this.writing;
    }
    if (!(await budget.whenRoom(this.job.signal))) throw stopped();
  }

  /** Stores what waits and makes all of it part of the segments' metadata. */
  async save(): Promise<void> {
    await this.writeAll();
    await this.writing;
    for (const segment of this.segments) await segment.save();
  }

  /** Waits until nothing of it is under way. What was stored is named by nothing: it is garbage. */
  async abandon(): Promise<void> {
    await this.writing.catch(() => undefined);
    this.job.node.budget.give(this.blocksBytes);
    this.blocksBytes = 0;
    for (const shard of this.shards) {
      shard.block?.release();
      shard.block = undefined;
    }
  }

  private async withRowIDs({ rows, columns }: ImportBatch): Promise<ReadonlyMap<UniqueID, Column>> {
    const { primaryKey } = this.job.schema;
    const first = await this.rowIDs.take(rows);
    const ids = BigInt64Array.from({ length: rows }, (_, row) => first + BigInt(row));
    const column = columnOf({ dataType: 'int64', width: 8 }, rows, new Uint8Array(ids.buffer));
    const complete = new Map(columns).set(rowIDField, column);
    return primaryKey.autoID ? complete.set(primaryKey.fieldID, column) : complete;
  }

  private append(shard: Shard, columns: ReadonlyMap<UniqueID, Column>, rows: Uint32Array): void {
    if (rows.length === 0) return;
    const { node, schema } = this.job;
    shard.block ??= new ShardBlock(schema.collection, node.encoder.memory);
    const before = shard.block.bytes;
    shard.block.append(columns, rows);
    const grown = shard.block.bytes - before;
    this.blocksBytes += grown;
    node.budget.take(grown);
  }

  private async writeAll(): Promise<void> {
    for (const shard of this.shards) await this.write(shard);
  }

  /** Hands the block of a shard over to be written, as soon as the one before it is. */
  private async write(shard: Shard): Promise<void> {
    const { block } = shard;
    if (block === undefined) return;
    await this.writing;
    if (this.job.signal.aborted) throw stopped();
    shard.block = undefined;
    const { bytes } = block;
    this.blocksBytes -= bytes;
    const written = this.store(shard, block, bytes).finally(() => this.job.node.budget.give(bytes));
    // Awaited by the next one, by save or by abandon.
    written.catch(() => undefined);
    this.writing = written;
  }

  private async store(shard: Shard, block: ShardBlock, bytes: number): Promise<void> {
    const { collectionId: collectionID, partitionId: partitionID } = this.job.task;
    const { rows } = block;
    const segment = await this.segmentFor(shard, bytes);
    await segment.count(rows);
    const owner = { collectionID, partitionID, segmentID: segment.segmentID };
    segment.add(await writeBlock(this.job, owner, block), bytes);
    // Not after a failure: an upload that was given up may still read it.
    block.release();
    this.written += rows;
    this.events.blockWritten();
  }

  private async segmentFor(shard: Shard, bytes: number): Promise<ImportSegment> {
    const present = shard.segment;
    if (present !== undefined && present.bytes + bytes < this.job.node.settings.segmentBytesMax)
      return present;
    const segment = await ImportSegment.allocate(this.job, shard.channel);
    shard.segment = segment;
    this.segments.push(segment);
    await this.events.segmentOpened(segment.segmentID);
    return segment;
  }
}

function bytesOf({ block }: Shard): number {
  return block?.bytes ?? 0;
}

function largest(shards: readonly Shard[]): Shard {
  return shards.reduce((a, b) => (bytesOf(b) > bytesOf(a) ? b : a));
}

function stopped(): Unavailable {
  return new Unavailable('the import was stopped before its rows were stored: import again');
}
