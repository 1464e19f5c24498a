import { composeTimestamp, dataCoordTimeTickChannel } from '@millrace/core';
import { common, data } from '@millrace/proto';
import type { Comparison } from '@millrace/proto/testing/compare-recorded';
import type { RecordedExchange } from '@millrace/proto/testing/recorded';
import type { IndexCoordCalls } from '../indexing/indexes.ts';
import { type DataCoordSettings, defaultDataCoordSettings } from '../settings.ts';
import { Harness } from './harness.ts';
import { RecordedNode, RecordedRootCoord } from './recorded-peers.ts';
import { ReplayClock } from './replay-clock.ts';

/** Our DataCoord among the peers of a recording. */
export class ReplayedCluster {
  readonly harness = new Harness();
  readonly clock: ReplayClock;
  readonly rootCoord: RecordedRootCoord;
  readonly node = new RecordedNode();
  /** Undefined for a cluster without one, in which every segment counts as indexed. */
  indexCoord: IndexCoordCalls | undefined;
  readonly comparison: Comparison;
  private readonly startMs: number;

  /** @param startMs the time at which the recording's own time is 0 */
  constructor(comparison: Comparison, startMs: number) {
    this.comparison = comparison;
    this.startMs = startMs;
    this.clock = new ReplayClock(startMs);
    this.rootCoord = new RecordedRootCoord(this.clock);
  }

  /** @param serverID what the coordinator is to be called, as the recorded one was */
  async start(serverID: bigint, settings: Partial<DataCoordSettings> = {}): Promise<void> {
    const { store, keys } = this.harness;
    const value = Buffer.from(String(serverID));
    await store.transact({ writes: [{ put: keys.key.serverIDCounter(), value }] });
    const recordedSettings = { segmentBytesMax: 512 * 1024 * 1024, dropCheckMs: 3_600_000, ...settings };
    await this.harness.restart(recordedSettings, {
      clock: this.clock,
      rootCoord: this.rootCoord.calls,
      indexCoord: async () => this.indexCoord,
      connectDataNode: () => ({ call: this.node.calls, close() {} }),
    });
  }

  moveTo(exchange: RecordedExchange): void {
    this.clock.moveTo(this.startMs + exchange.atMs);
  }

  /** The recorded request with our ids in it. */
  request<Request>(exchange: RecordedExchange): Request {
    // Whoever names the call knows its request.
    return this.comparison.ids.message(exchange.request) as Request;
  }

  /** Asks ours what the original was asked, and compares what it says. */
  async ask(exchange: RecordedExchange): Promise<void> {
    const call: unknown = Reflect.get(this.harness.call, exchange.method?.member ?? '');
    if (typeof call !== 'function') throw new Error(`${exchange.path} is no call of ours`);
    const answer: unknown = await call(this.request(exchange), { deadlineMs: 20_000 });
    this.comparison.answer(exchange, answer);
  }

  /** The node says of the channel that it reads it. */
  async acknowledge(channel: string): Promise<void> {
    await this.harness.acknowledge(data.ChannelWatchState.WatchSuccess, channel);
  }

  /** The node tells how far it is in a channel, and what it has of segments. */
  async tick(
    nodeID: bigint,
    channelName: string,
    rows: readonly (readonly [bigint, number])[],
  ): Promise<void> {
    const timestamp = composeTimestamp(Math.trunc(this.clock.now()));
    const message = data.DataNodeTtMsg.fromPartial({
      base: { msgType: common.MsgType.DataNodeTt, timestamp, sourceID: nodeID },
      channelName,
      timestamp,
      segmentsStats: rows.map(([SegmentID, count]) => ({ SegmentID, NumRows: BigInt(count) })),
    });
    const topic = dataCoordTimeTickChannel(defaultDataCoordSettings.channelNames);
    await this.harness.stream.publish(topic, [data.DataNodeTtMsg.encode(message).finish()]);
  }

  end(): Promise<void> {
    return this.harness.end();
  }
}
