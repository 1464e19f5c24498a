import { createServer } from 'node:net';
import { composeTimestamp, dataCoordTimeTickChannel } from '@millrace/core';
import type { MetaStore } from '@millrace/metastore';
import { common, data, type milvus } from '@millrace/proto';
import type { Comparison } from '@millrace/proto/testing/compare-recorded';
import type { RecordedExchange } from '@millrace/proto/testing/recorded';
import { RawClient } from '@millrace/runtime/testing/raw-client';
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
  private startMs: number;
  private metadata: Promise<void> = Promise.resolve();

  /** @param startMs the time at which the time of the recording's first series is 0 */
  constructor(comparison: Comparison, startMs: number) {
    this.comparison = comparison;
    this.startMs = startMs;
    this.clock = new ReplayClock(startMs);
    this.rootCoord = new RecordedRootCoord(this.clock);
  }

  /** @param serverID what the coordinator is to be called, as the recorded one was */
  async start(serverID: bigint, settings: Partial<DataCoordSettings> = {}): Promise<void> {
    const { harness } = this;
    const { store, keys } = harness;
    const value = Buffer.from(String(serverID));
    await store.transact({ writes: [{ put: keys.key.serverIDCounter(), value }] });
    const port = await freePort();
    // Known before it is ready, so that it can be asked then.
    harness.address = `127.0.0.1:${port}`;
    const { compaction } = defaultDataCoordSettings;
    await harness.restart(
      {
        port,
        segmentBytesMax: 512 * 1024 * 1024,
        compaction: { ...compaction, checkIntervalMs: 20 },
        ...settings,
      },
      {
        clock: this.clock,
        store: heldBack(store, () => this.metadata),
        rootCoord: this.rootCoord.calls,
        indexCoord: async () => this.indexCoord,
        connectDataNode: () => ({ call: this.node.calls, close() {} }),
      },
    );
  }

  /** Nothing is read of the metadata until it is released. */
  holdBack(): { readonly release: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.metadata = promise;
    return { release: resolve };
  }

  /** What it says of itself; undefined while it does not listen. */
  async state(): Promise<milvus.ComponentInfo | undefined> {
    const client = new RawClient(this.harness.address);
    const { path, responseDeserialize } = data.DataCoordService.getComponentStates;
    const answer = await client.send(path, Buffer.alloc(0));
    client.close();
    return 'bytes' in answer ? responseDeserialize(answer.bytes).state : undefined;
  }

  /** Another series begins: its time is 0 at this time. */
  begin(startMs: number): void {
    this.startMs = startMs;
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
    const { method, path } = exchange;
    const request =
      method === undefined ? Buffer.alloc(0) : method.requestSerialize(this.request<never>(exchange));
    const client = new RawClient(this.harness.address);
    const answer = await client.send(path, request);
    client.close();
    if ('bytes' in answer) this.comparison.answer(exchange, method?.responseDeserialize(answer.bytes));
    else {
      const error = `rpc error: code = ${answer.codeName} desc = ${answer.details}`;
      this.comparison.answer(exchange, { error });
    }
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

function heldBack(store: MetaStore, until: () => Promise<void>): MetaStore {
  const range: MetaStore['range'] = async (asked) => {
    await until();
    return store.range(asked);
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === 'range') return range;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}
