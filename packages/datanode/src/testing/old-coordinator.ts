import { silentLogger } from '@millrace/core';
import { common, internal, legacy } from '@millrace/proto';
import { type ClientOf, connect, RpcServer, realClock } from '@millrace/runtime';
import { OldApi } from '../legacy/old-api.ts';
import { defaultDataNodeSettings } from '../settings.ts';
import type { TestCluster, TestNode } from './test-node.ts';

/** What a node published, in order. */
export interface Published {
  readonly ticks: bigint[];
  /** Each with the ticks that were there before it. */
  readonly rows: { readonly segmentID: bigint; readonly rows: number; readonly ticksBefore: number }[];
}

/** An old-style coordinator: calls a test node behind a real port, and reads the channels it named. */
export class OldStyleCoordinator {
  readonly call: ClientOf<typeof legacy.DataNodeService>;
  /** `host:port` of the node. */
  readonly address: string;
  private readonly cluster: TestCluster;
  private readonly reading = new AbortController();
  private readonly end: () => Promise<void>;

  private constructor(
    cluster: TestCluster,
    address: string,
    call: ClientOf<typeof legacy.DataNodeService>,
    end: () => Promise<void>,
  ) {
    this.cluster = cluster;
    this.address = address;
    this.call = call;
    this.end = end;
  }

  static async of(cluster: TestCluster, { node, nodeID }: TestNode): Promise<OldStyleCoordinator> {
    const server = new RpcServer({ log: silentLogger, host: '127.0.0.1' });
    const api = new OldApi({
      settings: { ...defaultDataNodeSettings, timeTickIntervalMs: 5 },
      nodeID,
      node,
      clock: realClock,
      log: silentLogger,
      metaStore: cluster.metaStore,
      stream: cluster.stream,
      rootCoord: cluster.rootCoord.calls,
      dataCoord: cluster.dataCoord.calls,
    });
    server.add(legacy.DataNodeService, api.handlers);
    const address = `127.0.0.1:${await server.listen(0)}`;
    const { call, close } = connect(legacy.DataNodeService, address);
    return new OldStyleCoordinator(cluster, address, call, async () => {
      close();
      await api.stop();
      await server.stop();
    });
  }

  /** Follows both channels; what comes goes into what it returns. */
  follow(tickChannel: string, statisticsChannel: string): Published {
    const published: Published = { ticks: [], rows: [] };
    void this.each(tickChannel, (payload) => {
      const { base } = internal.TimeTickMsg.decode(payload);
      if (base?.msgType === common.MsgType.TimeTick) published.ticks.push(base.timestamp);
    });
    void this.each(statisticsChannel, (payload) => {
      const { base, SegStats } = legacy.SegmentStatistics.decode(payload);
      if (base?.msgType !== common.MsgType.SegmentStatistics) return;
      for (const { SegmentID, NumRows } of SegStats)
        published.rows.push({
          segmentID: SegmentID,
          rows: Number(NumRows),
          ticksBefore: published.ticks.length,
        });
    });
    return published;
  }

  async stop(): Promise<void> {
    this.reading.abort();
    await this.end();
  }

  private async each(channel: string, take: (payload: Uint8Array) => void): Promise<void> {
    for await (const batch of this.cluster.stream.read(channel, 'earliest', this.reading.signal))
      for (const { payload } of batch) take(payload);
  }
}
