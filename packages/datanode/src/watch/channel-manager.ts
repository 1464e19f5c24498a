import { KeyedSerial, type Logger, type Service, watchStateName } from '@millrace/core';
import { type KeyValue, type MetaKeys, type MetaStore, metaKeys, type WatchEvent } from '@millrace/metastore';
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
  /** Channels that ended with their collection, until DataCoord removes their keys. */
  private readonly dropped = new Set<string>();
  /** The node is going: it takes and answers nothing more. */
  private draining = false;

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
    const stopped = new AbortController();
    const reconciling = this.reconcileOnTimer(prefix, AbortSignal.any([signal, stopped.signal]));
    try {
      for await (const batch of this.store.watch(prefix, signal)) {
        if (batch.snapshot)
          this.forgetUnlisted(batch.events.flatMap((e) => (e.type === 'put' ? [e.kv] : [])));
        for (const event of batch.events) this.dispatch(event, signal);
      }
    } finally {
      stopped.abort();
      await reconciling;
      for (const { abort } of this.running.values()) abort.abort();
      await Promise.allSettled([...this.pending, ...[...this.running.values()].map(({ ended }) => ended)]);
    }
  }

  /** Writes what is buffered and the last checkpoints: a stop loses no time for the next owner. */
  async releaseAll(): Promise<void> {
    this.draining = true;
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

  /** Events are hints: what one of them left undone, a failed answer for example, is done here (law 6). */
  private async reconcileOnTimer(prefix: string, signal: AbortSignal): Promise<void> {
    const { clock, settings } = this.shared.world;
    while (await clock.sleep(settings.reconcileMs, signal)) {
      try {
        const { kvs } = await this.store.range({ prefix });
        this.forgetUnlisted(kvs);
        for (const { key } of kvs) {
          const parsed = this.keys.parse(key);
          if (parsed?.kind === 'channelWatch')
            this.enqueue(parsed.vchannel, () => this.reconcile(parsed.vchannel, signal));
        }
      } catch (error) {
        this.log.warn({ error }, 'assignments not read, trying again');
      }
    }
  }

  private async reconcile(vchannel: string, signal: AbortSignal): Promise<void> {
    const watched = await this.present(vchannel);
    if (watched === undefined) return;
    const { state } = watched.info;
    if (state === ChannelWatchState.WatchSuccess) await this.handBack(watched, signal);
    else await this.handle({ ...watched, info: { ...watched.info, progress: 0 } }, signal);
  }

  /** The assignment as it is now. */
  private async present(vchannel: string): Promise<WatchKey | undefined> {
    const { nodeID } = this.shared.world;
    const kv = await this.store.get(this.keys.key.channelWatch({ nodeID, vchannel }));
    return kv && watchKeyOf(this.keys, nodeID, kv);
  }

  /** A running channel without a key was taken away. */
  private forgetUnlisted(kvs: readonly KeyValue[]): void {
    const listed = new Set(kvs.map(({ key }) => key));
    const { nodeID } = this.shared.world;
    for (const vchannel of [...this.running.keys(), ...this.dropped]) {
      if (!listed.has(this.keys.key.channelWatch({ nodeID, vchannel })))
        this.enqueue(vchannel, async () => {
          // The listing may be older than the assignment.
          if ((await this.present(vchannel)) === undefined) await this.discard(vchannel);
        });
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
    if (this.draining) return;
    const { state, progress } = watched.info;
    switch (state) {
      case ChannelWatchState.Uncomplete:
      case ChannelWatchState.ToWatch:
        // Progress is only ever written by this node: an echo.
        return progress === 0 ? this.watch(watched, signal) : undefined;
      case ChannelWatchState.ToRelease:
        return this.release(watched, signal);
      default:
        return undefined;
    }
  }

  private async watch(watched: WatchKey, signal: AbortSignal): Promise<void> {
    const { vchannel, info } = watched;
    const { vchan, schema } = info;
    this.log.info({ vchannel, state: watchStateName(info.state) }, 'channel assigned');
    if (this.running.has(vchannel)) {
      await this.answer(watched, ChannelWatchState.WatchSuccess, signal);
      return;
    }
    if (vchan === undefined || schema === undefined) {
      this.log.error({ vchannel }, 'assignment names no channel or no schema');
      await this.answer(watched, ChannelWatchState.WatchFailure, signal);
      return;
    }
    const { world } = this.shared;
    const { latest, result } = await withProgress(world, this.store, watched, signal, (onRestored, stopped) =>
      recoverChannel(world, { vchan, schema }, stopped, onRestored),
    );
    if (latest === undefined || signal.aborted || this.draining) return;
    if (result.status === 'rejected') {
      this.log.error({ vchannel, error: result.reason }, 'channel not recovered');
      await this.answer(latest, ChannelWatchState.WatchFailure, signal);
      return;
    }
    const channel = this.start(new ChannelPipeline(this.shared, result.value), signal);
    const answered = await this.answer(latest, ChannelWatchState.WatchSuccess, signal).catch(
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
      .then((end) => {
        this.log.info({ vchannel, end }, 'channel ended');
        if (end === 'collection-dropped') this.dropped.add(vchannel);
      })
      .catch((error: unknown) => {
        this.log.error({ vchannel, error }, 'channel given up, another owner replays it');
        this.enqueue(vchannel, async () => {
          if (!(await this.shared.world.clock.sleep(faultPauseMs, stop))) return;
          const watched = await this.present(vchannel);
          if (watched !== undefined) await this.handBack(watched, stop);
        });
      })
      .finally(() => {
        if (this.running.get(vchannel) === channel) this.running.delete(vchannel);
      });
    const channel: RunningChannel = { pipeline, ended, abort };
    this.running.set(vchannel, channel);
    return channel;
  }

  /** Tells DataCoord that this node does not serve the channel: it then releases and assigns it again (§14-3, §14-4). */
  private async handBack(watched: WatchKey, signal: AbortSignal): Promise<void> {
    const { vchannel, info } = watched;
    if (this.draining || this.running.has(vchannel) || this.dropped.has(vchannel)) return;
    if (info.state === ChannelWatchState.ToRelease || info.state === ChannelWatchState.ReleaseSuccess) return;
    await this.answer(watched, ChannelWatchState.WatchFailure, signal);
  }

  private answer(watched: WatchKey, state: data.ChannelWatchState, signal: AbortSignal) {
    const { clock, random } = this.shared.world;
    return answer({ store: this.store, clock, random }, watched, { state }, signal);
  }

  private async release(watched: WatchKey, signal: AbortSignal): Promise<void> {
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
    await this.answer(watched, ChannelWatchState.ReleaseSuccess, signal);
  }

  private async discard(vchannel: string): Promise<void> {
    this.dropped.delete(vchannel);
    const channel = this.running.get(vchannel);
    channel?.abort.abort();
    await channel?.ended;
  }
}
