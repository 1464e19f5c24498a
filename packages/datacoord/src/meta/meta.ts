import {
  Conflict,
  Exhausted,
  Internal,
  isDurable,
  isHealthy,
  KeyedSerial,
  NotFound,
  segmentStateName,
  segmentStates,
} from '@millrace/core';
import type { MetaKeys, WriteOp } from '@millrace/metastore';
import type { internal } from '@millrace/proto';
import { type CoordinatorMeter, silentMeter } from '../coordinator-meter.ts';
import {
  checkpointWrite,
  fitsOneTransaction,
  inTransactions,
  logWrites,
  recordWrites,
  removalWrites,
  segmentWrites,
} from './catalog.ts';
import type { Segment } from './segment.ts';
import { SegmentTable } from './segment-table.ts';

/** Writes together or not at all, shared with other callers' writes where they come at the same time. Throws Fenced when this coordinator is no longer the one. */
export type Commit = (writes: readonly WriteOp[]) => Promise<void>;

/** Segments that take the place of others: `changed` are later states of segments there are, `added` are new. */
export interface SegmentSwap {
  readonly changed: readonly Segment[];
  readonly added: readonly Segment[];
}

/** Segments and channel checkpoints: in memory what the store holds, changed only behind a write that succeeded. */
export class Meta {
  readonly segments = new SegmentTable();
  private readonly checkpoints = new Map<string, internal.MsgPosition>();
  private readonly segmentChanges = new KeyedSerial<bigint>();
  /** Ids whose segments are being written for the first time. */
  private readonly adding = new Set<bigint>();
  private readonly channelChanges = new KeyedSerial<string>();
  private readonly keys: MetaKeys;
  private readonly commit: Commit;
  private readonly meter: CoordinatorMeter;

  constructor(keys: MetaKeys, commit: Commit, meter: CoordinatorMeter = silentMeter) {
    this.keys = keys;
    this.commit = commit;
    this.meter = meter;
  }

  /** A segment that exists in Milvus' sense. Throws NotFound with the text peers compare. */
  healthy(id: bigint): Segment {
    const segment = this.segments.get(id);
    if (segment === undefined || !isHealthy(segment.state)) throw segmentNotFound(id);
    return segment;
  }

  async add(segment: Segment): Promise<void> {
    await this.whileAdding([segment], async () => {
      await this.commit(segmentWrites(this.keys, undefined, segment));
      this.show(segment);
    });
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
      this.show(next);
      return next;
    });
  }

  /**
   * Swaps segments for others: `change` sees the present states of `ids`, in that order, and returns the segments among them that change and
   * those that are added. All of it happens or nothing: what `change` throws is thrown here; an id that is unknown is NotFound, an added one
   * that exists is Conflict. It has its place among the changes of each of the ids; the same swap again is for `change` to see and to answer
   * with nothing.
   *
   * A swap is one transaction. Where it does not fit one, the logs of what is added are written before it: without its record nobody sees
   * them, and the record comes with everything else in the last transaction. A crash in between leaves keys that the next attempt writes
   * again; no intent has to be remembered. Exhausted, with nothing written, when the records alone do not fit (more than about a hundred).
   */
  changeMany(
    ids: readonly bigint[],
    change: (present: readonly Segment[]) => SegmentSwap,
  ): Promise<SegmentSwap> {
    return this.segmentChanges.runAll(ids, async () => {
      const present = ids.map((id) => {
        const segment = this.segments.get(id);
        if (segment === undefined) throw segmentNotFound(id);
        return segment;
      });
      const swap = change(present);
      for (const { id } of swap.changed)
        if (!ids.includes(id)) throw new Internal(`segment ${id} is changed by a swap that does not name it`);
      const changed = swap.changed.filter((next) => this.segments.get(next.id) !== next);
      await this.whileAdding(swap.added, () => this.writeSwap({ changed, added: swap.added }));
      return swap;
    });
  }

  /** Forgets a dropped segment and takes all its keys away, in one transaction. Unknown ones are gone already. Conflict while it lives. */
  remove(id: bigint): Promise<void> {
    return this.segmentChanges.run(id, async () => {
      const segment = this.segments.get(id);
      if (segment === undefined) return;
      if (segment.state !== segmentStates.dropped)
        throw new Conflict(
          `segment ${id} is ${segmentStateName(segment.state)}: only a dropped one can be removed`,
        );
      await this.commit(removalWrites(this.keys, segment));
      this.segments.delete(id);
    });
  }

  private async writeSwap({ changed, added }: SegmentSwap): Promise<void> {
    const together = [
      ...changed.flatMap((next) => segmentWrites(this.keys, this.segments.get(next.id), next)),
      ...added.flatMap((next) => recordWrites(this.keys, undefined, next)),
    ];
    const logs = added.flatMap((next) => logWrites(this.keys, undefined, next));
    if (fitsOneTransaction([...logs, ...together])) {
      if (logs.length + together.length > 0) await this.commit([...logs, ...together]);
    } else {
      if (!fitsOneTransaction(together))
        throw new Exhausted(
          `a swap of ${changed.length} segments for ${added.length} is more than one transaction takes: swap fewer at a time`,
        );
      for (const writes of inTransactions(logs)) await this.commit(writes);
      await this.commit(together);
    }
    for (const segment of [...changed, ...added]) this.show(segment);
  }

  /** What is written now, is seen. */
  private show(segment: Segment): void {
    const stored = storedRows(segment) - storedRows(this.segments.get(segment.id));
    this.segments.set(segment);
    if (stored > 0) this.meter.stored(stored);
  }

  private async whileAdding(added: readonly Segment[], write: () => Promise<void>): Promise<void> {
    for (const { id } of added) {
      if (this.segments.get(id) !== undefined || this.adding.has(id))
        throw new Conflict(`segment ${id} exists already: it cannot be added`);
    }
    for (const { id } of added) this.adding.add(id);
    try {
      await write();
    } finally {
      for (const { id } of added) this.adding.delete(id);
    }
  }

  /** Forgets where a channel was read up to: nobody will read it any more. */
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

function storedRows(segment: Segment | undefined): number {
  return segment !== undefined && isDurable(segment.state) ? segment.rows : 0;
}

export function segmentNotFound(id: bigint): NotFound {
  return new NotFound(`failed to get segment ${id}`);
}
