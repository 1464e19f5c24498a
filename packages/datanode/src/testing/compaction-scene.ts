import { common, data } from '@millrace/proto';
import type { ClientOf } from '@millrace/runtime';
import type { ObjectStore } from '@millrace/storage';
import { expect, vi } from 'vitest';
import type { DataNodeSettings } from '../settings.ts';
import { served } from './served-node.ts';
import { TestCluster, type TestNode } from './test-node.ts';
import { type LogWriter, testCollection, testPartition } from './write-log.ts';

export const vchannel = 'by-dev-rootcoord-dml_0_441v0';

/** Long enough for a busy machine. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 15_000, interval: 10 });

/** A node that serves one channel, behind a real port. */
export class CompactionScene {
  readonly cluster: TestCluster;
  readonly writer: LogWriter;
  readonly node: TestNode;
  readonly call: ClientOf<typeof data.DataNodeService>;
  readonly address: string;
  private readonly close: () => Promise<void>;

  private constructor(
    cluster: TestCluster,
    node: TestNode,
    { call, address, close }: Awaited<ReturnType<typeof served>>,
  ) {
    this.cluster = cluster;
    this.writer = cluster.writer(vchannel);
    this.node = node;
    this.call = call;
    this.address = address;
    this.close = close;
  }

  static async start(
    settings: Partial<DataNodeSettings> = {},
    wrap: (inner: ObjectStore) => ObjectStore = (inner) => inner,
  ): Promise<CompactionScene> {
    const cluster = new TestCluster();
    const node = cluster.start(settings, wrap(cluster.objects));
    const scene = new CompactionScene(cluster, node, await served(node));
    await scene.writer.tick();
    await node.assign(vchannel);
    await eventually(async () =>
      expect(await node.state(vchannel)).toBe(data.ChannelWatchState.WatchSuccess),
    );
    return scene;
  }

  async stop(): Promise<void> {
    await this.close();
    await this.cluster.stop();
  }

  info(segmentID: bigint): data.SegmentInfo | undefined {
    return this.cluster.dataCoord.segments.get(segmentID);
  }

  /** A segment with these keys, flushed. */
  async flushed(segmentID: bigint, keys: readonly bigint[]): Promise<void> {
    await this.growing(segmentID, keys);
    await this.node.flush([segmentID]);
    await this.writer.tick();
    await eventually(() => expect(this.info(segmentID)?.state).toBe(common.SegmentState.Flushed));
    await eventually(() => expect(this.node.node.channels()[0]?.segment(segmentID)?.kind).toBe('flushed'));
  }

  async growing(segmentID: bigint, keys: readonly bigint[]): Promise<void> {
    this.cluster.dataCoord.allocate({
      ID: segmentID,
      collectionID: testCollection,
      partitionID: testPartition,
      insertChannel: vchannel,
    });
    await this.writer.insert(vchannel, segmentID, keys);
    await this.consumed(await this.writer.tick());
  }

  /** Deletes are in the buffers. */
  async deleted(keys: readonly bigint[]): Promise<bigint> {
    const timestamp = await this.writer.delete(keys);
    await this.consumed(await this.writer.tick());
    return timestamp;
  }

  async consumed(tick: bigint): Promise<void> {
    await eventually(() => expect((this.node.node.channels()[0]?.tick ?? 0n) >= tick).toBe(true));
  }

  /** Brings what is buffered of a segment on its way. */
  sync(segmentID: bigint): void {
    const decision = { segmentID, reason: 'memory', flushed: false, dropped: false } as const;
    this.node.node.channels()[0]?.syncNow([decision]);
  }

  plan(planID: bigint, segmentIDs: readonly bigint[], more: Partial<data.CompactionPlan> = {}) {
    return this.cluster.dataCoord.plan(planID, vchannel, segmentIDs, more);
  }

  async states(): Promise<Map<bigint, data.CompactionStateResult>> {
    const { results } = await this.call.getCompactionState({});
    return new Map(results.map((state) => [state.planID, state]));
  }

  /** Gives a plan and waits for its result. */
  async compacted(plan: data.CompactionPlan): Promise<data.CompactionResult> {
    expect((await this.call.compaction(plan)).errorCode).toBe(common.ErrorCode.Success);
    return eventually(async () => {
      const { result } = (await this.states()).get(plan.planID) ?? {};
      if (result === undefined) throw new Error(`plan ${plan.planID} has no result`);
      return result;
    });
  }
}
