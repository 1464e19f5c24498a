import { isHealthy, KeyedSerial, NotFound } from '@millrace/core';
import type { MetaKeys, WriteOp } from '@millrace/metastore';
import type { internal } from '@millrace/proto';
import { checkpointWrite, segmentRemoval, segmentWrites } from './catalog.ts';
import type { Segment } from './segment.ts';
import { SegmentTable } from './segment-table.ts';

/** Writes together or not at all, shared with other callers' writes where they come at the same time. Throws Fenced when this coordinator is no longer the one. */
export type Commit = (writes: readonly WriteOp[]) => Promise<void>;

/** Segments and channel checkpoints: in memory what the store holds, changed only behind a write that succeeded. */
export class Meta {
  readonly segments = new SegmentTable();
  private readonly checkpoints = new Map<string, internal.MsgPosition>();
  private readonly segmentChanges = new KeyedSerial<bigint>();
  private readonly channelChanges = new KeyedSerial<string>();
  private readonly keys: MetaKeys;
  private readonly commit: Commit;

  constructor(keys: MetaKeys, commit: Commit) {
    this.keys = keys;
    this.commit = commit;
  }

  /** A segment that exists in Milvus' sense. Throws NotFound with the text peers compare. */
  healthy(id: bigint): Segment {
    const segment = this.segments.get(id);
    if (segment === undefined || !isHealthy(segment.state)) throw segmentNotFound(id);
    return segment;
  }

  async add(segment: Segment): Promise<void> {
    await this.commit(segmentWrites(this.keys, undefined, segment));
    this.segments.set(segment);
  }

  /**
   * Changes one segment: `change` sees its present state and returns the next one, or the same object for no change. Changes of one segment
   * follow one another; what `change` throws is thrown here and nothing is written.
   */
  change(id: bigint, change: (segment: Segment) => Segment): Promise<Segment> {
    return this.segmentChanges.run(id, async () => {
      const previous = this.segments.get(id);
      if (previous === undefined) throw segmentNotFound(id);
      const next = change(previous);
      if (next === previous) return previous;
      await this.commit(segmentWrites(this.keys, previous, next));
      this.segments.set(next);
      return next;
    });
  }

  /**
   * Changes several segments and adds others, all in one transaction, behind every change of any of them that came before. `change` sees the
   * present segments in the order of the ids. What it throws is thrown here and nothing is written; so is Exhausted when the writes are more
   * than a transaction takes.
   */
  changeMany(
    ids: readonly bigint[],
    change: (present: readonly Segment[]) => {
      readonly changed: readonly Segment[];
      readonly added: readonly Segment[];
    },
  ): Promise<void> {
    return this.segmentChanges.runAll(ids, async () => {
      const present = ids.map((id) => {
        const segment = this.segments.get(id);
        if (segment === undefined) throw segmentNotFound(id);
        return segment;
      });
      const { changed, added } = change(present);
      const writes = [
        ...changed.flatMap((next) => segmentWrites(this.keys, this.segments.get(next.id), next)),
        ...added.flatMap((next) => segmentWrites(this.keys, undefined, next)),
      ];
      await this.commit(writes);
      for (const segment of [...changed, ...added]) this.segments.set(segment);
    });
  }

  /** Forgets a segment with everything that is stored of it. One that is not there is forgotten already. */
  remove(id: bigint): Promise<void> {
    return this.segmentChanges.run(id, async () => {
      const segment = this.segments.get(id);
      if (segment === undefined) return;
      await this.commit(segmentRemoval(this.keys, segment));
      this.segments.delete(id);
    });
  }

  removeCheckpoint(channel: string): Promise<void> {
    return this.channelChanges.run(channel, async () => {
      if (!this.checkpoints.has(channel)) return;
      await this.commit([{ delete: this.keys.key.channelCheckpoint({ vchannel: channel }) }]);
      this.checkpoints.delete(channel);
    });
  }

  checkpoint(channel: string): internal.MsgPosition | undefined {
    return this.checkpoints.get(channel);
  }

  /** Moves a checkpoint forward; one that is not ahead of the present one changes nothing. Source: spec datacoord §2.25. */
  advanceCheckpoint(channel: string, position: internal.MsgPosition): Promise<void> {
    return this.channelChanges.run(channel, async () => {
      const present = this.checkpoints.get(channel);
      if (present !== undefined && present.timestamp >= position.timestamp) return;
      await this.commit([checkpointWrite(this.keys, channel, position)]);
      this.checkpoints.set(channel, position);
    });
  }

  /** What recovery read: in memory only. */
  restoreCheckpoint(channel: string, position: internal.MsgPosition): void {
    this.checkpoints.set(channel, position);
  }

  /** Rows of every healthy segment that passes. */
  rows(segments: Iterable<Segment>): number {
    let rows = 0;
    for (const segment of segments) {
      if (isHealthy(segment.state)) rows += segment.rows;
    }
    return rows;
  }
}

export function segmentNotFound(id: bigint): NotFound {
  return new NotFound(`failed to get segment ${id}`);
}
