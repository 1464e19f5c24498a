import { common, type legacy } from '@millrace/proto';
import type { ClientOf } from '@millrace/runtime';
import { expect, vi } from 'vitest';
import { OldStyleCoordinator } from './old-coordinator.ts';
import { TestCluster, type TestNode } from './test-node.ts';
import { type LogWriter, testCollection, testPartition, testSchema } from './write-log.ts';

export const vchannel = 'by-dev-rootcoord-dml_0_441v0';
export const success = common.Status.fromPartial({});

export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 10_000, interval: 10 });

/** A DataNode under an old-style coordinator, and a collection of one channel that someone writes to. */
export class OldApiScene {
  readonly cluster: TestCluster;
  readonly node: TestNode;
  readonly writer: LogWriter;
  readonly coordinator: OldStyleCoordinator;

  private constructor(
    cluster: TestCluster,
    node: TestNode,
    writer: LogWriter,
    coordinator: OldStyleCoordinator,
  ) {
    this.cluster = cluster;
    this.node = node;
    this.writer = writer;
    this.coordinator = coordinator;
  }

  static async start(): Promise<OldApiScene> {
    const cluster = new TestCluster();
    cluster.rootCoord.collection = testSchema;
    const writer = cluster.writer(vchannel);
    await writer.tick();
    const node = cluster.start();
    return new OldApiScene(cluster, node, writer, await OldStyleCoordinator.of(cluster, node));
  }

  async end(): Promise<void> {
    await this.coordinator.stop();
    await this.cluster.stop();
  }

  get call(): ClientOf<typeof legacy.DataNodeService> {
    return this.coordinator.call;
  }

  allocate(ID: bigint, partitionID = testPartition): void {
    this.cluster.dataCoord.allocate({
      ID,
      collectionID: testCollection,
      partitionID,
      insertChannel: vchannel,
    });
  }

  async watch(): Promise<void> {
    expect(await this.call.watchDmChannels({ channelNames: [vchannel] })).toEqual(success);
  }

  stateOf(segmentID: bigint): common.SegmentState | undefined {
    return this.cluster.dataCoord.segments.get(segmentID)?.state;
  }

  /** Each is in the buffers of the node; returns the tick behind them. */
  async insert(...rows: readonly (readonly [segmentID: bigint, key: bigint])[]): Promise<bigint> {
    for (const [segmentID, key] of rows) await this.writer.insert(vchannel, segmentID, [key]);
    const tick = await this.writer.tick();
    await eventually(() => expect((this.node.node.channels()[0]?.tick ?? 0n) >= tick).toBe(true));
    return tick;
  }
}
