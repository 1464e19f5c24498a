import { Internal, type Logger, type Position, pchannelOf, type UniqueID } from '@millrace/core';
import type { schema } from '@millrace/proto';
import type { Pack } from '@millrace/stream';
import { CheckpointUpdater } from '../checkpoint-updater.ts';
import type { NodeWorld } from '../node-world.ts';
import { primaryKeyField } from '../segments/insert-buffer.ts';
import type { Segment, SyncBatch } from '../segments/segment.ts';
import { subscriptionName } from '../settings.ts';
import { batchBytes } from '../sync/batch-memory.ts';
import { ChannelSync } from '../sync/channel-sync.ts';
import { dropChannel } from '../sync/drop-channel.ts';
import { type SyncDecision, segmentsToClose, segmentsToSync } from '../sync/policy.ts';
import type { SaveHold } from '../sync/save-hold.ts';
import type { TickSource, TimeTickReporter } from '../time-tick-reporter.ts';
import { type ChannelStart, ChannelState } from './channel-state.ts';
import type { DeltaForwarder } from './delta-forwarder.ts';
import type { MemoryGuard, RelievedChannel } from './memory-guard.ts';

/** What the channels of one node share. */
export interface SharedByChannels {
  readonly world: NodeWorld;
  readonly forwarder: DeltaForwarder;
  readonly reporter: TimeTickReporter;
  readonly guard: MemoryGuard;
}

export interface PipelineStart extends ChannelStart {
  readonly seekPosition: Position | undefined;
}

/** How a pipeline ended without a fault. */
export type PipelineEnd = 'stopped' | 'collection-dropped';

/**
 * One virtual channel from log to metadata, in the order that keeps rows safe: log position → buffer → objects → one metadata call → channel
 * checkpoint. A fault ends it and loses nothing: what was not saved is behind the checkpoint. Source: spec datanode-and-formats §4.
 */
export class ChannelPipeline implements TickSource, RelievedChannel {
  readonly vchannel: string;
  readonly schema: schema.CollectionSchema;
  private readonly shared: SharedByChannels;
  private readonly state: ChannelState;
  private readonly seekPosition: Position | undefined;
  private readonly log: Logger;
  private readonly reading = new AbortController();
  private readonly ended = new AbortController();
  private readonly sync: ChannelSync;
  private readonly checkpoints: CheckpointUpdater;
  private fault: { readonly error: unknown } | undefined;
  /** Taken from the budget and not handed to a sync. */
  private bufferedBytes = 0;

  constructor(shared: SharedByChannels, start: PipelineStart) {
    const { world } = shared;
    this.shared = shared;
    this.state = new ChannelState(start);
    this.vchannel = start.vchannel;
    this.schema = start.schema;
    this.seekPosition = start.seekPosition;
    this.log = world.log.child({ vchannel: this.vchannel });
    const channel = {
      vchannel: this.vchannel,
      collectionID: start.collectionID,
      primaryKeyFieldID: primaryKeyField(start.schema).fieldID,
      segments: this.state.segments,
    };
    const events = {
      saved: (batch: SyncBatch, started: readonly UniqueID[]) => this.state.saved(batch, started),
      gone: ({ segmentID }: SyncBatch) => this.state.forget(segmentID),
      failed: (error: unknown) => this.fail(error),
    };
    this.sync = new ChannelSync(world, channel, events, this.ended.signal);
    const { checkpointIntervalMs: intervalMs, callDeadlineMs: deadlineMs } = world.settings;
    this.checkpoints = new CheckpointUpdater(
      { ...world, intervalMs, deadlineMs },
      this.vchannel,
      this.ended.signal,
    );
  }

  get collectionID(): UniqueID {
    return this.state.collectionID;
  }

  get tick() {
    return this.state.tick;
  }

  segment(segmentID: UniqueID): Segment | undefined {
    return this.state.segments.get(segmentID);
  }

  rowsOf(segmentID: UniqueID): number | undefined {
    return this.segment(segmentID)?.rows;
  }

  openSegments(): UniqueID[] {
    return [...this.state.segments.values()]
      .filter(({ kind, rows }) => kind !== 'flushed' && rows > 0)
      .map(({ segmentID }) => segmentID);
  }

  views() {
    return this.state.views();
  }

  /**
   * Runs until the signal aborts (at once, nothing more is written), `release` (what is buffered is written first), or the collection is
   * dropped. Rejects on a fault.
   */
  async run(signal: AbortSignal): Promise<PipelineEnd> {
    const { forwarder, reporter, guard } = this.shared;
    const abort = () => this.stop();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) this.stop();
    forwarder.join(this.vchannel);
    reporter.add(this);
    guard.add(this);
    try {
      const end = await this.consume();
      if (end === 'stopped' && !this.ended.signal.aborted) await this.handOver();
      if (this.fault !== undefined) throw this.fault.error;
      return end;
    } catch (error) {
      if (this.fault !== undefined) throw this.fault.error;
      // What a stop interrupted is no fault.
      if (this.ended.signal.aborted) return 'stopped';
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
      this.stop();
      await this.sync.idle();
      this.shared.world.budget.give(this.bufferedBytes);
      guard.remove(this);
      reporter.remove(this);
      forwarder.leave(this.vchannel);
    }
  }

  /** Ends `run` after everything buffered is saved and the final checkpoint is told. */
  release(): void {
    this.reading.abort();
  }

  /** Aborts as soon as the channel is on its way out, for whatever reason. */
  get leaving(): AbortSignal {
    return this.reading.signal;
  }

  /** Makes the saves of these segments wait: see `ChannelSync.hold`. */
  holdSaves(segmentIDs: readonly UniqueID[]): Promise<SaveHold> {
    return this.sync.hold(segmentIDs);
  }

  /** A segment whose rows came from elsewhere: it takes deletes from now on. One that is here already stays as it is. */
  addFlushed(segment: Segment): void {
    this.state.addFlushed(segment);
  }

  /** The sources' rows are in the target now, or gone: see `ChannelState.compacted`. */
  compacted(sourceIDs: readonly UniqueID[], target: Segment | undefined): void {
    const bytes = this.state.compacted(sourceIDs, target);
    this.bufferedBytes -= bytes;
    this.shared.world.budget.give(bytes);
  }

  /** Marks a segment for the flush that happens behind the next pack. False when it was asked for already. */
  requestFlush(segment: Segment): boolean {
    if (segment.flushRequested) return false;
    segment.flushRequested = true;
    return true;
  }

  /** Syncs these segments as of the last pack. */
  syncNow(decisions: readonly SyncDecision[]): void {
    const { position } = this.state;
    if (position === undefined) return;
    for (const batch of this.state.take(decisions, position)) {
      this.bufferedBytes -= batchBytes(batch);
      this.sync.start(batch);
    }
  }

  private stop(): void {
    this.ended.abort();
    this.reading.abort();
  }

  private fail(error: unknown): void {
    if (this.ended.signal.aborted) return;
    this.fault ??= { error };
    this.stop();
  }

  private async consume(): Promise<PipelineEnd> {
    const { world, guard } = this.shared;
    const { signal } = this.reading;
    const request = {
      vchannel: this.vchannel,
      pchannel: pchannelOf(this.vchannel),
      collectionID: this.state.collectionID,
      from: this.seekPosition && { ...this.seekPosition, channelName: pchannelOf(this.vchannel) },
      subscription: subscriptionName(world.settings, world.nodeID, this.vchannel),
      signal,
    };
    for await (const pack of world.packs.packs(request)) {
      if (signal.aborted) break;
      const { collectionDropped, deletes } = this.apply(pack);
      await this.shared.forwarder.forward(this.vchannel, deletes, pack.endTs, this.ended.signal);
      if (collectionDropped) {
        await this.dropCollection();
        return 'collection-dropped';
      }
      await guard.admit(signal);
    }
    return 'stopped';
  }

  /** Buffers a pack and decides what to sync behind it, in one step: nobody sees the buffers in between. */
  private apply(pack: Pack) {
    const { world, reporter } = this.shared;
    const { position: before } = this.state;
    if (before !== undefined && pack.endTs <= before.timestamp)
      throw new Internal(
        `${this.vchannel} went back from ${before.timestamp} to ${pack.endTs}: its log is not read in order`,
      );
    const effect = this.state.apply(pack);
    world.meter.consumed(effect.insertedRows, effect.deletedKeys);
    world.budget.take(effect.bytes);
    this.bufferedBytes += effect.bytes;
    for (const segmentID of effect.touched) reporter.touch(this.vchannel, segmentID);
    reporter.moved();
    if (effect.collectionDropped) return effect;
    const { insertBufferBytesMax, deleteBufferBytesMax, syncPeriodMs, syncJitter } = world.settings;
    const limits = {
      insertBytesMax: insertBufferBytesMax,
      deleteBytesMax: deleteBufferBytesMax,
      periodMs: syncPeriodMs,
      jitter: syncJitter,
    };
    this.syncNow(segmentsToSync(this.state.views(), limits, this.state.nowMs));
    const checkpoint = this.state.checkpoint();
    if (checkpoint !== undefined && this.checkpoints.isDue(this.state.nowMs))
      this.checkpoints.send(checkpoint, this.state.nowMs);
    return effect;
  }

  private async handOver(): Promise<void> {
    this.syncNow(segmentsToClose(this.state.views()));
    await this.sync.idle();
    if (this.fault === undefined) await this.checkpoints.finish(this.state.checkpoint());
    this.log.info({}, 'channel handed over');
  }

  private async dropCollection(): Promise<void> {
    // Ends compactions, whose holds would keep syncs waiting.
    this.reading.abort();
    await this.sync.idle();
    if (this.fault !== undefined) return;
    await dropChannel(this.shared.world, this.state, this.ended.signal);
    this.log.info({ segments: this.state.segments.size }, 'collection dropped');
  }
}
