import {
  type Clock,
  dataCoordTimeTickChannel,
  type Logger,
  pchannelOf,
  physicalMs,
  type Service,
} from '@millrace/core';
import { common, data } from '@millrace/proto';
import { describeError } from '@millrace/runtime';
import type { MessageStream } from '@millrace/stream';
import type { ChannelManager } from '../channels/channel-manager.ts';
import type { DataNodes } from '../channels/data-nodes.ts';
import type { SegmentLifecycle } from '../segments/segment-lifecycle.ts';
import type { DataCoordSettings } from '../settings.ts';

/** A node has this long to say what it has of its segments. Source: spec datacoord §5.12. */
const resendDeadlineMs = 5_000;
const flushDeadlineMs = 15_000;

export interface TickParts {
  readonly stream: MessageStream;
  readonly lifecycle: SegmentLifecycle;
  readonly channels: ChannelManager;
  readonly nodes: DataNodes;
  readonly nodeID: bigint;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: DataCoordSettings;
}

export interface TickLag {
  readonly nodeID: bigint;
  readonly pchannel: string;
  readonly lagMs: number;
}

/** Follows the DataNodes' time ticks: row counts come with them, and each makes segments due. Source: spec datacoord §4. */
export class TickConsumer implements Service {
  readonly name = 'tick-consumer';
  private readonly parts: TickParts;
  /** Nodes that have told all their row counts to this process, or are being asked. */
  private readonly asked = new Map<bigint, Promise<ReadonlySet<bigint> | undefined>>();

  /** Time of the last tick of each channel, unix ms. */
  private readonly last = new Map<string, number>();

  constructor(parts: TickParts) {
    this.parts = parts;
  }

  /** How far the slowest watched channel of each node and log is behind. */
  lags(): TickLag[] {
    const { channels, clock } = this.parts;
    const now = clock.now();
    const lags = new Map<string, TickLag>();
    for (const [channel, ms] of this.last) {
      const nodeID = channels.owner(channel);
      if (nodeID === undefined) {
        this.last.delete(channel);
        continue;
      }
      const pchannel = pchannelOf(channel);
      const key = `${nodeID} ${pchannel}`;
      const lagMs = Math.max(now - ms, lags.get(key)?.lagMs ?? 0);
      lags.set(key, { nodeID, pchannel, lagMs });
    }
    return [...lags.values()];
  }

  async run(signal: AbortSignal): Promise<void> {
    const channel = dataCoordTimeTickChannel(this.parts.settings.channelNames);
    for await (const batch of this.parts.stream.read(channel, 'latest', signal)) {
      for (const { payload, lease } of batch) {
        await this.consume(payload);
        lease?.release();
      }
    }
  }

  private async consume(payload: Uint8Array): Promise<void> {
    try {
      const tick = data.DataNodeTtMsg.decode(payload);
      if (tick.base?.msgType === common.MsgType.DataNodeTt) await this.onTick(tick);
    } catch (error) {
      this.parts.log.warn({ error: describeError(error) }, 'time tick not handled');
    }
  }

  private async onTick(tick: data.DataNodeTtMsg): Promise<void> {
    const { lifecycle, channels } = this.parts;
    const { channelName: channel, timestamp } = tick;
    const nodeID = tick.base?.sourceID ?? 0n;
    // What a former owner still says may be true of rows, but says nothing of what the present one has read.
    if (channels.owner(channel) !== nodeID) return;
    this.last.set(channel, physicalMs(timestamp));
    for (const { SegmentID, NumRows } of tick.segmentsStats) lifecycle.reportRows(SegmentID, Number(NumRows));
    if (lifecycle.awaitsRows(channel)) await this.askRows(nodeID, channel);
    const due = await lifecycle.onTick(channel, timestamp);
    if (due.length > 0) this.flush(nodeID, channel, due);
  }

  /** After a restart the counts that were reported before are asked for again; a segment counts as empty only when its node has none. */
  private async askRows(nodeID: bigint, channel: string): Promise<void> {
    const known = this.asked.get(nodeID);
    if (known === undefined) {
      this.asked.set(nodeID, this.resend(nodeID));
      return;
    }
    const named = await known;
    if (named === undefined) this.asked.delete(nodeID);
    else this.parts.lifecycle.rowsComplete(channel, named);
  }

  private async resend(nodeID: bigint): Promise<ReadonlySet<bigint> | undefined> {
    try {
      const answer = await this.parts.nodes.calls(nodeID).resendSegmentStats(
        {
          base: common.MsgBase.fromPartial({
            msgType: common.MsgType.ResendSegmentStats,
            sourceID: this.parts.nodeID,
          }),
        },
        { deadlineMs: resendDeadlineMs },
      );
      return new Set(answer.segResent);
    } catch (error) {
      this.parts.log.warn({ nodeID, error: describeError(error) }, 'row counts not told');
      return undefined;
    }
  }

  /** Asked once and not waited for: a later tick asks again if nothing came of it. */
  private flush(nodeID: bigint, channel: string, segmentIDs: readonly bigint[]): void {
    const { log, clock } = this.parts;
    const base = common.MsgBase.fromPartial({
      msgType: common.MsgType.Flush,
      timestamp: BigInt(Math.trunc(clock.now() / 1000)),
      sourceID: this.parts.nodeID,
      targetID: nodeID,
    });
    const collectionID = this.parts.channels.collectionOf(channel);
    log.info({ nodeID, channel, segmentIDs }, 'flush asked');
    Promise.resolve()
      .then(() =>
        this.parts.nodes
          .calls(nodeID)
          .flushSegments(
            { base, collectionID, segmentIDs: [...segmentIDs] },
            { deadlineMs: flushDeadlineMs },
          ),
      )
      .then((status) => {
        if (status.errorCode !== common.ErrorCode.Success)
          log.warn({ nodeID, channel, reason: status.reason }, 'flush refused');
      })
      .catch((error) => log.warn({ nodeID, channel, error: describeError(error) }, 'flush not asked'));
  }
}
