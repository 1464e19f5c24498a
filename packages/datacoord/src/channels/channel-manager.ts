import {
  type ChannelDecision,
  type ChannelView,
  type Clock,
  channelsToBalance,
  decideChannels,
  KeyedSerial,
  type Logger,
  type Service,
  Wakeup,
  watchStates,
} from '@millrace/core';
import {
  bufferNodeID,
  type Compare,
  type MetaKeys,
  type MetaStore,
  watchSessions,
} from '@millrace/metastore';
import { type common, data, type schema } from '@millrace/proto';
import type { Collections } from '../meta/collections.ts';
import type { Meta } from '../meta/meta.ts';
import { channelSegments, earliestSegmentPosition, startPosition, vchannelInfo } from '../meta/watch-info.ts';
import { type Assignment, ChannelTable } from './channel-table.ts';
import type { DataNodes } from './data-nodes.ts';

export interface ChannelSettings {
  readonly metaRoot: string;
  readonly watchTimeoutMs: number;
  readonly reconcileMs: number;
  readonly balanceSilentMs: number;
}

export interface ChannelParts {
  readonly store: MetaStore;
  readonly keys: MetaKeys;
  /** Holds while this coordinator is the one: part of every transaction. */
  readonly fence: Compare;
  readonly meta: Meta;
  readonly collections: Collections;
  readonly nodes: DataNodes;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: ChannelSettings;
  /** Channels whose collection is being dropped, from recovery on. */
  readonly dropped: Set<string>;
}

/** Keeps every virtual channel on one live DataNode: compares what is with what should be, at each event and on a timer. Source: spec datacoord §5. */
export class ChannelManager implements Service {
  readonly name = 'channel-manager';
  private readonly table: ChannelTable;
  private readonly parts: ChannelParts;
  private readonly wakeup: Wakeup;
  private readonly changes = new KeyedSerial<string>();
  private lastChangeMs: number;
  private nodeJoined = false;
  private nodesKnown = false;

  constructor(parts: ChannelParts) {
    this.parts = parts;
    this.table = new ChannelTable(parts.keys);
    this.wakeup = new Wakeup(parts.clock);
    this.lastChangeMs = parts.clock.monotonic();
  }

  /** The node that may write the channel's metadata. */
  owner(channel: string): bigint | undefined {
    return this.table.get(channel)?.node;
  }

  /** Whether it is read by a node, or waits for one. */
  knows(channel: string): boolean {
    return this.table.get(channel) !== undefined;
  }

  /** 0 for an unknown channel. */
  collectionOf(channel: string): bigint {
    return this.table.get(channel)?.collectionID ?? 0n;
  }

  assignments(): Iterable<Assignment> {
    return this.table.all();
  }

  /** Has the channel read by a DataNode, now or as soon as there is one. Known channels are left as they are. */
  async watch(
    channel: string,
    collectionID: bigint,
    start: {
      readonly positions: readonly common.KeyDataPair[];
      readonly schema: schema.CollectionSchema | undefined;
    },
  ): Promise<void> {
    if (this.table.get(channel) !== undefined) return;
    await this.changes.run(channel, async () => {
      if (this.table.get(channel) !== undefined) return;
      const view: ChannelView = {
        channel,
        node: undefined,
        state: 'to-watch',
        unchangedMs: 0,
        failures: 0,
        dropped: false,
      };
      const views = [...this.table.views(this.parts.clock.monotonic(), this.parts.dropped), view];
      const decision = decideChannels(views, this.parts.nodes.ids, this.limits()).find(
        (d) => d.channel === channel,
      );
      const node = decision?.type === 'watch' ? decision.node : undefined;
      const info = this.watchInfo(channel, collectionID, undefined, start);
      await this.move(undefined, channel, node, info);
    });
  }

  /** Takes the channel from its node for good: its collection is dropped. */
  drop(channel: string): void {
    this.parts.dropped.add(channel);
    this.wakeup.wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.followAssignments(signal), this.followNodes(signal), this.reconcileLoop(signal)]);
  }

  /** Reads the assignments once, so that ownership is known before the first call is served. */
  async load(): Promise<void> {
    const stop = new AbortController();
    for await (const batch of this.parts.store.watch(this.parts.keys.prefix.channelWatches(), stop.signal)) {
      this.table.apply(batch, this.parts.clock.monotonic());
      break;
    }
    stop.abort();
    for (const { collectionID, info } of this.table.all())
      this.parts.collections.learn(collectionID, info.schema, []);
  }

  private async followAssignments(signal: AbortSignal): Promise<void> {
    for await (const batch of this.parts.store.watch(this.parts.keys.prefix.channelWatches(), signal)) {
      if (this.table.apply(batch, this.parts.clock.monotonic())) this.wakeup.wake();
    }
  }

  private async followNodes(signal: AbortSignal): Promise<void> {
    for await (const { added, removed } of watchSessions(
      this.parts.store,
      this.parts.settings.metaRoot,
      'datanode',
      signal,
    )) {
      for (const session of removed) this.parts.nodes.remove(session.serverID);
      for (const session of added) this.parts.nodes.add(session);
      if (added.length > 0) this.nodeJoined = true;
      this.nodesKnown = true;
      this.wakeup.wake();
    }
  }

  private async reconcileLoop(signal: AbortSignal): Promise<void> {
    while (await this.wakeup.wait(this.parts.settings.reconcileMs, signal)) {
      // Before the first list of nodes every owner would look dead.
      if (!this.nodesKnown) continue;
      try {
        await this.reconcile();
      } catch (error) {
        this.parts.log.warn({ error }, 'channels not reconciled, trying again');
      }
    }
  }

  private async reconcile(): Promise<void> {
    const now = this.parts.clock.monotonic();
    const views = this.table.views(now, this.parts.dropped);
    const decisions = decideChannels(views, this.parts.nodes.ids, this.limits());
    await Promise.all(decisions.map((decision) => this.apply(decision)));
    if (decisions.length > 0) return;
    if (!this.nodeJoined && now - this.lastChangeMs < this.parts.settings.balanceSilentMs) return;
    if (views.some(({ state }) => state !== 'watch-success')) return;
    this.nodeJoined = false;
    const moved = channelsToBalance(views, this.parts.nodes.ids);
    await Promise.all(moved.map((channel) => this.apply({ type: 'release', channel, reason: 'balance' })));
  }

  private apply(decision: ChannelDecision): Promise<void> {
    const { channel } = decision;
    return this.changes.run(channel, async () => {
      const held = this.table.get(channel);
      if (held === undefined) return;
      switch (decision.type) {
        case 'watch':
        case 'buffer': {
          const node = decision.type === 'watch' ? decision.node : undefined;
          if (node === undefined && held.node === undefined) return;
          this.parts.log.info(
            { channel, from: held.node, to: node, reason: decision.reason },
            'channel assigned',
          );
          await this.move(held, channel, node, this.watchInfo(channel, held.collectionID, held, noStart));
          return;
        }
        case 'release':
          this.parts.log.info({ channel, from: held.node, reason: decision.reason }, 'channel release asked');
          await this.move(held, channel, held.node, {
            ...this.watchInfo(channel, held.collectionID, held, noStart),
            state: watchStates['to-release'],
          });
          return;
        case 'forget':
          this.parts.log.info({ channel, from: held.node }, 'channel dropped');
          await this.forget(held);
          return;
      }
    });
  }

  /** Writes the assignment under its node, and takes the old one away, unless somebody changed it meanwhile: then the next round decides anew. */
  private async move(
    held: Assignment | undefined,
    channel: string,
    node: bigint | undefined,
    info: data.ChannelWatchInfo,
  ): Promise<void> {
    const key = this.parts.keys.key.channelWatch({ nodeID: node ?? bufferNodeID, vchannel: channel });
    const value = data.ChannelWatchInfo.encode(info).finish();
    const { succeeded, revision } = await this.parts.store.transact({
      compares: [
        this.parts.fence,
        held === undefined ? { key, version: 0n } : { key: held.key, modRevision: held.modRevision },
      ],
      writes: [
        ...(held !== undefined && held.key !== key ? [{ delete: held.key }] : []),
        { put: key, value },
      ],
    });
    if (!succeeded) return;
    this.lastChangeMs = this.parts.clock.monotonic();
    this.table.put(key, value, revision, this.lastChangeMs);
  }

  private async forget(held: Assignment): Promise<void> {
    const { succeeded, revision } = await this.parts.store.transact({
      compares: [this.parts.fence, { key: held.key, modRevision: held.modRevision }],
      writes: [
        { delete: held.key },
        { delete: this.parts.keys.key.channelRemoval({ vchannel: held.channel }) },
      ],
    });
    if (!succeeded) return;
    this.table.remove(held.key, revision);
    this.parts.dropped.delete(held.channel);
  }

  private limits() {
    return { answerMsMax: this.parts.settings.watchTimeoutMs };
  }

  private watchInfo(
    channel: string,
    collectionID: bigint,
    held: Assignment | undefined,
    start: {
      readonly positions: readonly common.KeyDataPair[];
      readonly schema: schema.CollectionSchema | undefined;
    },
  ): data.ChannelWatchInfo {
    const segments = this.parts.meta.segments.ofChannel(channel);
    const known = this.parts.collections.known(collectionID);
    const seek =
      this.parts.meta.checkpoint(channel) ??
      earliestSegmentPosition(segments) ??
      held?.info.vchan?.seekPosition ??
      startPosition(channel, start.positions.length > 0 ? start.positions : (known?.startPositions ?? []));
    return data.ChannelWatchInfo.fromPartial({
      vchan: vchannelInfo(
        collectionID,
        channel,
        seek === undefined ? undefined : { ...seek, channelName: channel },
        channelSegments(segments),
      ),
      startTs: BigInt(Math.trunc(this.parts.clock.now() / 1000)),
      state: watchStates['to-watch'],
      schema: start.schema ?? held?.info.schema ?? known?.schema,
    });
  }
}

const noStart = { positions: [], schema: undefined } as const;
