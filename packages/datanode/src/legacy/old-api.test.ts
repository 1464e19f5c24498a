import { Client, credentials } from '@grpc/grpc-js';
import { metaKeys } from '@millrace/metastore';
import { common, data, legacy } from '@millrace/proto';
import { encodeDropCollection, encodeDropPartition } from '@millrace/stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OldStyleCoordinator } from '../testing/old-coordinator.ts';
import { TestCluster, type TestNode } from '../testing/test-node.ts';
import { type LogWriter, testCollection, testPartition, testSchema } from '../testing/write-log.ts';

const vchannel = 'by-dev-rootcoord-dml_0_441v0';
const { ChannelWatchState } = data;
const { ErrorCode, SegmentState } = common;
const success = common.Status.fromPartial({});
const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 10_000, interval: 10 });

describe('a DataNode under an old-style coordinator', () => {
  let cluster: TestCluster;
  let node: TestNode;
  let writer: LogWriter;
  let coordinator: OldStyleCoordinator;
  beforeEach(async () => {
    cluster = new TestCluster();
    cluster.rootCoord.collection = testSchema;
    writer = cluster.writer(vchannel);
    await writer.tick();
    node = cluster.start();
    coordinator = await OldStyleCoordinator.of(cluster, node);
  });
  afterEach(async () => {
    await coordinator.stop();
    await cluster.stop();
  });

  const allocate = (ID: bigint, partitionID = testPartition) =>
    cluster.dataCoord.allocate({
      ID,
      collectionID: testCollection,
      partitionID,
      insertChannel: vchannel,
    });
  const watch = async () =>
    expect(await coordinator.call.watchDmChannels({ channelNames: [vchannel] })).toEqual(success);
  const stateOf = (segmentID: bigint) => cluster.dataCoord.segments.get(segmentID)?.state;

  it('answers GetComponentStates with who it is, Start with whether it serves', async () => {
    const { call } = coordinator;
    expect((await call.getComponentStates({})).state).toMatchObject({
      nodeID: node.nodeID,
      role: 'datanode',
      stateCode: legacy.StateCode.HEALTHY,
    });
    expect(await call.start({})).toEqual(success);
    await node.kill();
    expect((await call.getComponentStates({})).state?.stateCode).toBe(legacy.StateCode.ABNORMAL);
    expect((await call.start({})).errorCode).toBe(ErrorCode.NotReadyServe);
    expect((await call.watchDmChannels({ channelNames: [vchannel] })).errorCode).toBe(
      ErrorCode.NotReadyServe,
    );
  });

  it('reads the channels that WatchDmChannels names, under an assignment record of its own', async () => {
    allocate(7n);
    await watch();
    expect(await node.state(vchannel)).toBe(ChannelWatchState.WatchSuccess);
    await writer.insert(vchannel, 7n, [1n, 2n, 3n]);
    await writer.tick();
    await eventually(() => expect(node.rows(7n)).toBe(3));
    await watch();
    expect(node.rows(7n)).toBe(3);
  });

  it('takes at WatchDmChannels a channel that waits for a node, and goes on behind what was saved', async () => {
    const keys = metaKeys();
    const waiting = keys.key.channelWatch({ nodeID: -9223372036854775808n, vchannel });
    await cluster.metaStore.transact({
      writes: [
        { put: waiting, value: data.ChannelWatchInfo.encode(data.ChannelWatchInfo.create()).finish() },
      ],
    });
    await watch();
    expect(await cluster.metaStore.get(waiting)).toBeUndefined();
    allocate(7n);
    await writer.insert(vchannel, 7n, [1n]);
    await writer.tick();
    await eventually(() => expect(node.rows(7n)).toBe(1));
    await coordinator.call.flush({ collectionID: testCollection });
    await writer.tick();
    await eventually(() => expect(stateOf(7n)).toBe(SegmentState.Flushed));
    await node.kill();
    await cluster.metaStore.transact({ writes: [{ delete: node.key(vchannel) }] });

    const next = cluster.start();
    const other = await OldStyleCoordinator.of(cluster, next);
    expect(await other.call.watchDmChannels({ channelNames: [vchannel] })).toEqual(success);
    allocate(8n);
    await writer.insert(vchannel, 8n, [2n]);
    await writer.tick();
    await eventually(() => expect(next.rows(8n)).toBe(1));
    expect((await cluster.saved(7n)).keys).toEqual([1n]);
    await other.stop();
  });

  it('refuses WatchDmChannels of a channel that another node reads, and says which', async () => {
    const other = cluster.start();
    await other.assign(vchannel);
    expect(await coordinator.call.watchDmChannels({ channelNames: [vchannel] })).toEqual({
      errorCode: ErrorCode.UnexpectedError,
      reason: `channel ${vchannel} is read by node ${other.nodeID}: have it closed there first`,
    });
  });

  it('publishes the rows of its segments and its time where SetStatsChannel and SetTimeTickChannel say, the rows first', async () => {
    const { call } = coordinator;
    allocate(7n);
    expect(await call.setStatsChannel({ channelID: 'told-statistics' })).toEqual(success);
    expect(await call.setTimeTickChannel({ channelID: 'told-ticks' })).toEqual(success);
    const published = coordinator.follow('told-ticks', 'told-statistics');
    await watch();
    await writer.insert(vchannel, 7n, [1n, 2n]);
    const covered = await writer.tick();
    await eventually(() => expect(published.ticks).toContain(covered));
    expect(published.rows.at(-1)).toMatchObject({ segmentID: 7n, rows: 2 });
    const at = published.ticks.indexOf(covered);
    expect(published.rows.at(-1)?.ticksBefore).toBeLessThanOrEqual(at);
    expect(published.ticks).toEqual([...published.ticks].sort((a, b) => (a < b ? -1 : 1)));

    const again = coordinator.follow('other-ticks', 'other-statistics');
    await call.setStatsChannel({ channelID: 'other-statistics' });
    await eventually(() => expect(again.rows).toEqual([{ segmentID: 7n, rows: 2, ticksBefore: 0 }]));
  });

  it('flushes a collection at Flush, single segments at FlushSegments', async () => {
    const { call } = coordinator;
    for (const segmentID of [7n, 8n, 9n]) allocate(segmentID);
    await watch();
    await writer.insert(vchannel, 7n, [1n]);
    await writer.insert(vchannel, 8n, [2n]);
    await writer.tick();
    await eventually(() => expect(node.rows(8n)).toBe(1));
    expect(await call.flushSegments({ collectionID: testCollection, segmentIDs: [7n] })).toEqual(success);
    await writer.tick();
    await eventually(() => expect(stateOf(7n)).toBe(SegmentState.Flushed));
    expect(stateOf(8n)).toBe(SegmentState.Growing);
    expect(await call.flush({ collectionID: testCollection })).toEqual(success);
    await writer.tick();
    await eventually(() => expect(stateOf(8n)).toBe(SegmentState.Flushed));
    expect((await cluster.saved(8n)).keys).toEqual([2n]);
    expect((await call.flush({ collectionID: 5n })).reason).toContain(
      'no channel of collection 5 is read here',
    );
    expect((await call.flushSegments({ segmentIDs: [99n] })).errorCode).toBe(ErrorCode.UnexpectedError);
  });

  it('ends what is dropped in the definition channel of WatchDdChannel, once its rows have been consumed', async () => {
    const { call } = coordinator;
    allocate(7n);
    allocate(8n, 99n);
    expect(await call.watchDdChannel({ channelID: 'told-definitions' })).toEqual(success);
    await watch();
    await writer.insert(vchannel, 7n, [1n]);
    await writer.insert(vchannel, 8n, [2n], { partitionID: 99n });
    const rowsUntil = await writer.tick();
    const origin = { timestamp: rowsUntil, sourceID: 1n };
    await cluster.stream.publish('told-definitions', [
      encodeDropPartition(origin, { collectionID: testCollection, partitionID: 99n }),
      encodeDropCollection(origin, { collectionID: 5n }),
    ]);
    await eventually(async () => {
      await writer.tick();
      expect(stateOf(8n)).toBe(SegmentState.Dropped);
    });
    expect(stateOf(7n)).toBe(SegmentState.Growing);
    await cluster.stream.publish('told-definitions', [
      encodeDropCollection(origin, { collectionID: testCollection }),
    ]);
    await eventually(async () => {
      await writer.tick();
      expect(cluster.dataCoord.drops.map(({ channelName }) => channelName)).toEqual([vchannel]);
    });
    expect(node.node.channels()).toEqual([]);
  });

  it('gives its channels back with their rows written at Close, and publishes nothing more', async () => {
    const { call } = coordinator;
    allocate(7n);
    await call.setTimeTickChannel({ channelID: 'told-ticks' });
    const published = coordinator.follow('told-ticks', 'told-statistics');
    await watch();
    await writer.insert(vchannel, 7n, [1n]);
    const covered = await writer.tick();
    await eventually(() => expect(published.ticks).toContain(covered));
    expect(await call.close({})).toEqual(success);
    await eventually(async () => expect(await node.state(vchannel)).toBe(ChannelWatchState.ReleaseSuccess));
    expect((await cluster.saved(7n)).keys).toEqual([1n]);
    const before = published.ticks.length;
    await writer.tick();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(published.ticks).toHaveLength(before);
  });

  it.each(Object.values(legacy.DataNodeService))(
    '$path outlives malformed bytes and ids that nobody has',
    async ({ path }) => {
      const client = new Client(coordinator.address, credentials.createInsecure());
      const send = (bytes: Buffer) =>
        new Promise<number>((resolve) => {
          const same = (value: Buffer) => value;
          client.makeUnaryRequest(path, same, same, bytes, (error) => resolve(error?.code ?? 0));
        });
      for (const hex of ['ff', '0a', '0aff', '08ffffffffffffffffffff01', '12ffffffff0f', '00'])
        await send(Buffer.from(hex, 'hex'));
      for (const id of [-1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
        const request = legacy.FlushSegRequest.fromPartial({ dbID: id, collectionID: id, segmentIDs: [id] });
        // Fields of one call may be of another type in the next: then it answers that they are malformed.
        expect([0, 13]).toContain(await send(Buffer.from(legacy.FlushSegRequest.encode(request).finish())));
      }
      client.close();
      const { state } = await coordinator.call.getComponentStates({});
      expect(state?.stateCode).toBe(legacy.StateCode.HEALTHY);
    },
  );

  it('refuses SetTimeTickChannel, SetStatsChannel, WatchDdChannel and WatchDmChannels of what names no channel, and says what does', async () => {
    const { call } = coordinator;
    for (const channelID of ['', 'a/b', 'x'.repeat(250)]) {
      for (const name of ['setTimeTickChannel', 'setStatsChannel', 'watchDdChannel'] as const) {
        const { errorCode, reason } = await call[name]({ channelID });
        expect({ errorCode, name }).toEqual({ errorCode: ErrorCode.IllegalArgument, name });
        expect(reason).toContain('is no channel');
      }
    }
    expect((await call.watchDmChannels({ channelNames: ['nothing'] })).reason).toContain(
      'is not a virtual channel',
    );
    expect(await call.watchDmChannels({})).toEqual(success);
  });
});
