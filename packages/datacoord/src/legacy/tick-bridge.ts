import { dataCoordTimeTickChannel, type Timestamp, Wakeup, watchStates } from '@millrace/core';
import { common, internal, legacy } from '@millrace/proto';
import { describeError } from '@millrace/runtime';
import {
  encodeDataNodeTick,
  type Message,
  type MessageID,
  type MessageStream,
  type StartFrom,
} from '@millrace/stream';
import { nodeTickChannel, statisticsChannel } from './channel-names.ts';
import type { OldNodes } from './old-nodes.ts';

/** How long a tick waits for the statistics that were published before it. */
const statisticsMsMax = 10_000;
/** Between two attempts to read a channel. */
const againMs = 1_000;

/**
 * Passes on what nodes of the older API tell: a tick of a node becomes one of each channel it reads, with the rows it told before, in today's
 * tick channel. From there on all nodes are the same. A node publishes the rows of a segment before the tick that covers them; both
 * channels are read at their own pace, so a tick waits until the statistics have been read up to where they stood when it came.
 */
export class TickBridge {
  private readonly nodes: OldNodes;
  private readonly stream: MessageStream;
  private readonly progress: Wakeup;
  private readonly rows = new Map<bigint, bigint>();
  private readonly statistics: string;
  private readonly ticks: string;
  private told: MessageID | undefined;
  private firstTick: MessageID | undefined;
  /** Where the tick channel stood when a node took a channel: older ticks say nothing of it. */
  private readonly begun = new Map<string, MessageID | undefined>();

  constructor(nodes: OldNodes, stream: MessageStream) {
    const { settings, clock } = nodes.coordinator;
    this.nodes = nodes;
    this.stream = stream;
    this.progress = new Wakeup(clock);
    this.statistics = statisticsChannel(settings.channelNames);
    this.ticks = nodeTickChannel(settings.channelNames);
  }

  /** Where reading begins, fixed before a node is told anything; tried until the log answers. False at a stop. */
  async open(signal: AbortSignal): Promise<boolean> {
    const { clock, log } = this.nodes.coordinator;
    do {
      try {
        this.told = await this.stream.latest(this.statistics);
        this.firstTick = await this.stream.latest(this.ticks);
        return true;
      } catch (error) {
        log.warn({ error: describeError(error) }, 'channels of old nodes not found, trying again');
      }
    } while (await clock.sleep(againMs, signal));
    return false;
  }

  /** A node has just taken these channels. */
  async begin(channels: readonly string[]): Promise<void> {
    const position = await this.stream.latest(this.ticks);
    for (const channel of channels) this.begun.set(channel, position);
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.follow(this.statistics, this.told, signal, (message) => this.onStatistics(message)),
      this.follow(this.ticks, this.firstTick, signal, (message) => this.onTick(message, signal)),
      this.trim(signal),
    ]);
  }

  /** What cannot be read any more is passed over: nodes tell all their rows again when they are told where, which they are then. */
  private async follow(
    channel: string,
    after: MessageID | undefined,
    signal: AbortSignal,
    take: (message: Message) => void | Promise<void>,
  ): Promise<void> {
    const { clock, log } = this.nodes.coordinator;
    let from: StartFrom | undefined = after === undefined ? 'earliest' : { after };
    do {
      try {
        from ??= await this.anew(channel);
        for await (const batch of this.stream.read(channel, from, signal)) {
          for (const message of batch) {
            await this.taken(channel, message, take);
            from = { after: message.id };
          }
        }
      } catch (error) {
        log.warn({ channel, error: describeError(error) }, 'channel not read, going on from its end');
        from = undefined;
      }
    } while (await clock.sleep(againMs, signal));
  }

  /** The end of the channel, before any node is told again to publish there. */
  private async anew(channel: string): Promise<StartFrom> {
    const end = await this.stream.latest(channel);
    for (const node of this.nodes.all()) node.introduced = false;
    return end === undefined ? 'earliest' : { after: end };
  }

  private async taken(
    channel: string,
    message: Message,
    take: (message: Message) => void | Promise<void>,
  ): Promise<void> {
    try {
      await take(message);
    } catch (error) {
      this.nodes.coordinator.log.warn({ channel, error: describeError(error) }, 'message skipped');
    }
    message.lease?.release();
  }

  private onStatistics({ id, payload }: Message): void {
    this.told = id;
    this.progress.wake();
    const { base, SegStats } = legacy.SegmentStatistics.decode(payload);
    if (base?.msgType !== common.MsgType.SegmentStatistics) return;
    const { channels, meta } = this.nodes.coordinator;
    for (const { SegmentID, NumRows } of SegStats) {
      const segment = meta.segments.get(SegmentID);
      // What a former owner still says is no word of the present one; and only segments that exist are kept.
      if (segment !== undefined && channels.owner(segment.channel) === base.sourceID)
        this.rows.set(SegmentID, NumRows);
    }
  }

  private async onTick({ id, payload }: Message, signal: AbortSignal): Promise<void> {
    const { base } = internal.TimeTickMsg.decode(payload);
    if (base?.msgType !== common.MsgType.TimeTick) return;
    // Not before it was told where: what it published elsewhere nobody has read.
    if (this.nodes.get(base.sourceID)?.introduced !== true) return;
    if (!(await this.statisticsRead(signal))) return;
    const { channels, settings } = this.nodes.coordinator;
    const read = [...channels.assignments()]
      .filter(({ node, info }) => node === base.sourceID && info.state === watchStates['watch-success'])
      .filter(({ channel }) => this.isBehind(id, this.begun.get(channel)))
      .map(({ channel }) => this.tickOf(channel, base.sourceID, base.timestamp));
    if (read.length === 0) return;
    await this.stream.publish(dataCoordTimeTickChannel(settings.channelNames), read, { durable: false });
  }

  private tickOf(channel: string, sourceID: bigint, timestamp: Timestamp): Uint8Array {
    const { meta } = this.nodes.coordinator;
    const stats = [...this.rows].flatMap(([SegmentID, NumRows]) =>
      meta.segments.get(SegmentID)?.channel === channel ? [{ SegmentID, NumRows }] : [],
    );
    for (const { SegmentID } of stats) this.rows.delete(SegmentID);
    return encodeDataNodeTick({ timestamp, sourceID }, channel, stats);
  }

  private async statisticsRead(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.nodes.coordinator;
    const endMs = clock.monotonic() + statisticsMsMax;
    const latest = await this.stream.latest(this.statistics);
    while (latest !== undefined && !this.isBehind(this.told, latest, 0)) {
      if (clock.monotonic() >= endMs || !(await this.progress.wait(100, signal))) return false;
    }
    return true;
  }

  /** Whether a position is at least `by` messages, 0 or 1, behind another, which may be the start of the channel. */
  private isBehind(position: MessageID | undefined, other: MessageID | undefined, by: 0 | 1 = 1): boolean {
    if (other === undefined) return true;
    return position !== undefined && this.stream.compare(position, other) >= by;
  }

  private async trim(signal: AbortSignal): Promise<void> {
    const { clock, settings, log } = this.nodes.coordinator;
    while (await clock.sleep(settings.logTrimMs, signal)) {
      for (const channel of [this.statistics, this.ticks])
        await this.stream
          .trim(channel, 'latest')
          .catch((error: unknown) =>
            log.warn({ channel, error: describeError(error) }, 'channel not trimmed'),
          );
    }
  }
}
