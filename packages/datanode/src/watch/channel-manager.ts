import { KeyedSerial, type Logger, type Service, watchStateName } from '@millrace/core';
import { type MetaKeys, type MetaStore, metaKeys, type WatchEvent } from '@millrace/metastore';
import { data } from '@millrace/proto';
import { ChannelPipeline, type SharedByChannels } from '../pipeline/channel-pipeline.ts';
import { withProgress } from './progress.ts';
import { recoverChannel } from './recover-channel.ts';
import { answer, type WatchKey, watchKeyOf } from './watch-key.ts';

const { ChannelWatchState } = data;

interface RunningChannel {
  readonly pipeline: ChannelPipeline;
  /** Resolves when the pipeline has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends it at once, without writing. */
  readonly abort: AbortController;
}

/** How long a channel whose pipeline failed is kept before it is handed back: a permanent fault must not spin the cluster. */
const faultPauseMs = 1_000;

/**
 * Follows the assignments of this node in the metastore and answers each in place. Events of one channel are handled one after the other; a
 * swap that fails means that DataCoord decided anew, and its decision is the next event. Source: spec datanode-and-formats §2.
 */
export class ChannelManager implements Service {
  readonly name = 'channel-manager';
  private readonly store: MetaStore;
  private readonly shared: SharedByChannels;
  private readonly keys: MetaKeys;
  private readonly log: Logger;
  private readonly running = new Map<string, RunningChannel>();
  private readonly serial = new KeyedSerial<string>();
  private readonly pending = new Set<Promise<void>>();

  constructor(store: MetaStore, shared: SharedByChannels) {
    this.store = store;
    this.shared = shared;
    this.keys = metaKeys(shared.world.settings.metaRoot);
    this.log = shared.world.log;
  }

  /** The channels that are consumed now. */
  channels(): ChannelPipeline[] {
    return [...this.running.values()].map(({ pipeline }) => pipeline);
  }

  /** Until the signal aborts; then every pipeline ends at once. Call `releaseAll` first to hand them over in order. */
  async run(signal: AbortSignal): Promise<void> {
    const prefix = this.keys.prefix.channelWatchesOfNode({ nodeID: this.shared.world.nodeID });
    try {
      for await (const batch of this.store.watch(prefix, signal)) {
        if (batch.snapshot) this.forgetUnlisted(batch.events, signal);
        for (const event of batch.events) this.dispatch(event, signal);
      }
    } finally {
      for (const { abort } of this.running.values()) abort.abort();
      await Promise.allSettled([...this.pending, ...[...this.running.values()].map(({ ended }) => ended)]);
    }
  }

  /** Writes what is buffered and the last checkpoints: a stop loses no time for the next owner. */
  async releaseAll(): Promise<void> {
    const channels = [...this.running.values()];
    for (const { pipeline } of channels) pipeline.release();
    await Promise.all(channels.map(({ ended }) => ended));
  }

  private dispatch(event: WatchEvent, signal: AbortSignal): void {
    if (event.type === 'delete') {
      const parsed = this.keys.parse(event.key);
      if (parsed?.kind === 'channelWatch') this.enqueue(parsed.vchannel, () => this.discard(parsed.vchannel));
      return;
    }
    const watched = watchKeyOf(this.keys, this.shared.world.nodeID, event.kv);
    if (watched !== undefined) this.enqueue(watched.vchannel, () => this.handle(watched, signal));
  }

  /** After a gap in the watch: a channel without a key was taken away meanwhile. */
  private forgetUnlisted(events: readonly WatchEvent[], _signal: AbortSignal): void {
    const listed = new Set(events.flatMap((event) => (event.type === 'put' ? [event.kv.key] : [])));
    const { nodeID } = this.shared.world;
    for (const vchannel of this.running.keys()) {
      if (!listed.has(this.keys.key.channelWatch({ nodeID, vchannel })))
        this.enqueue(vchannel, () => this.discard(vchannel));
    }
  }

  private enqueue(vchannel: string, task: () => Promise<void>): void {
    const done = this.serial
      .run(vchannel, task)
      .catch((error: unknown) => this.log.error({ vchannel, error }, 'assignment not handled'))
      .finally(() => this.pending.delete(done));
    this.pending.add(done);
  }

  private async handle(watched: WatchKey, signal: AbortSignal): Promise<void> {
    const { state, progress } = watched.info;
    switch (state) {
      case ChannelWatchState.Uncomplete:
      case ChannelWatchState.ToWatch:
        // Progress is only ever written by this node: an echo.
        return progress === 0 ? this.watch(watched, signal) : undefined;
      case ChannelWatchState.ToRelease:
        return this.release(watched);
      default:
        return undefined;
    }
  }

  private async watch(watched: WatchKey, signal: AbortSignal): Promise<void> {
    const { vchannel, info } = watched;
    const { vchan, schema } = info;
    this.log.info({ vchannel, state: watchStateName(info.state) }, 'channel assigned');
    if (this.running.has(vchannel)) {
      await answer(this.store, watched, { state: ChannelWatchState.WatchSuccess });
      return;
    }
    if (vchan === undefined || schema === undefined) {
      this.log.error({ vchannel }, 'assignment names no channel or no schema');
      await answer(this.store, watched, { state: ChannelWatchState.WatchFailure });
      return;
    }
    const { world } = this.shared;
    const tickler = withProgress(world, this.store, watched, signal, (onRestored, stopped) =>
      recoverChannel(world, { vchan, schema }, stopped, onRestored),
    );
    const { latest, result } = await tickler;
    if (latest === undefined || signal.aborted) return;
    if (result.status === 'rejected') {
      this.log.error({ vchannel, error: result.reason }, 'channel not recovered');
      await answer(this.store, latest, { state: ChannelWatchState.WatchFailure });
      return;
    }
    const channel = this.start(new ChannelPipeline(this.shared, result.value), signal);
    const answered = await answer(this.store, latest, { state: ChannelWatchState.WatchSuccess }).catch(
      (error: unknown) => {
        this.log.warn({ vchannel, error }, 'watch not answered');
        return undefined;
      },
    );
    if (answered !== undefined) return;
    channel.abort.abort();
    await channel.ended;
  }

  private start(pipeline: ChannelPipeline, signal: AbortSignal): RunningChannel {
    const { vchannel } = pipeline;
    const abort = new AbortController();
    const stop = AbortSignal.any([signal, abort.signal]);
    const ended = pipeline
      .run(stop)
      .then((end) => this.log.info({ vchannel, end }, 'channel ended'))
      .catch((error: unknown) => {
        this.log.error({ vchannel, error }, 'channel given up, another owner replays it');
        this.enqueue(vchannel, () => this.handBack(vchannel, stop));
      })
      .finally(() => {
        if (this.running.get(vchannel) === channel) this.running.delete(vchannel);
      });
    const channel: RunningChannel = { pipeline, ended, abort };
    this.running.set(vchannel, channel);
    return channel;
  }

  /** Tells DataCoord that this node cannot serve the channel: it then releases and assigns it again (§14-3, §14-4). */
  private async handBack(vchannel: string, signal: AbortSignal): Promise<void> {
    const { world } = this.shared;
    if (!(await world.clock.sleep(faultPauseMs, signal))) return;
    const kv = await this.store.get(this.keys.key.channelWatch({ nodeID: world.nodeID, vchannel }));
    const watched = kv && watchKeyOf(this.keys, world.nodeID, kv);
    if (watched === undefined || this.running.has(vchannel)) return;
    const { state } = watched.info;
    if (state === ChannelWatchState.ToRelease || state === ChannelWatchState.ReleaseSuccess) return;
    await answer(this.store, watched, { state: ChannelWatchState.WatchFailure });
  }

  private async release(watched: WatchKey): Promise<void> {
    const { vchannel } = watched;
    const channel = this.running.get(vchannel);
    if (channel !== undefined) {
      channel.pipeline.release();
      // What cannot be written in time is behind the checkpoint: the next owner replays it.
      const { clock, settings } = this.shared.world;
      const inTime = new AbortController();
      void clock
        .sleep(settings.releaseDeadlineMs, inTime.signal)
        .then((late) => late && channel.abort.abort());
      await channel.ended;
      inTime.abort();
    }
    await answer(this.store, watched, { state: ChannelWatchState.ReleaseSuccess });
  }

  private async discard(vchannel: string): Promise<void> {
    const channel = this.running.get(vchannel);
    channel?.abort.abort();
    await channel?.ended;
  }
}
