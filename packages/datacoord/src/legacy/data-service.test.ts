import { composeTimestamp } from '@millrace/core';
import { common, dataService, legacy } from '@millrace/proto';
import { connect, type RpcClient } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  channel,
  collectionID,
  type FakeNode,
  Harness,
  partitionID,
  positionAt,
  savedBatch,
} from '../testing/harness.ts';
import { dataServiceCalls } from './data-service.ts';

const { SegmentState, StateCode } = legacy;
const success = common.Status.fromPartial({});
const unknown = {
  errorCode: common.ErrorCode.UnexpectedError,
  reason: 'failed to get segment 424242',
};

describe('the older Data Service', () => {
  let cluster: Harness;
  let node: FakeNode;
  let client: RpcClient<typeof dataService.DataServiceService>;
  beforeEach(async () => {
    cluster = await Harness.start();
    client = connect(dataService.DataServiceService, cluster.address);
    node = await cluster.join('a');
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(node.session.serverID);
  });
  afterEach(async () => {
    client.close();
    await cluster.end();
  });

  const item = (fields: Partial<legacy.SegIDRequest> = {}): legacy.SegIDRequest => ({
    count: 10,
    channelName: channel,
    collectionID,
    partitionID,
    collName: 'digits',
    partitionName: '_default',
    ...fields,
  });
  const assign = async () => {
    const { segIDAssignments } = await client.call.assignSegmentId({ nodeID: 1n, segIDRequests: [item()] });
    return segIDAssignments[0]?.segID ?? 0n;
  };
  const stateOf = async (segmentID: bigint) => {
    const { states } = await client.call.getSegmentStates({ segmentIDs: [segmentID] });
    return states[0];
  };
  const position = positionAt(composeTimestamp(9_000), 3);
  const flushed = async () => {
    const segmentID = await assign();
    await client.call.flush({ collectionID });
    await cluster.call.saveBinlogPaths({ ...savedBatch(node, segmentID, 50, 10, position), flushed: true });
    return segmentID;
  };

  it('AssignSegmentID assigns rows item by item, and each that it cannot serve says why', async () => {
    const { status, segIDAssignments } = await client.call.assignSegmentId({
      nodeID: 1n,
      peerRole: 'proxy',
      segIDRequests: [item(), item({ collectionID: 5n, channelName: 'x_5v0' })],
    });
    expect(status).toEqual(success);
    const [served, refused] = segIDAssignments;
    expect(served).toMatchObject({
      channelName: channel,
      count: 10,
      collectionID,
      partitionID,
      collName: 'digits',
      partitionName: '_default',
      status: success,
    });
    expect(served?.segID).toBeGreaterThan(0n);
    expect(served?.expireTime).toBeGreaterThan(composeTimestamp(Date.now() - 60_000));
    expect(refused).toMatchObject({
      segID: 0n,
      collectionID: 5n,
      status: {
        errorCode: common.ErrorCode.UnexpectedError,
        reason: expect.stringContaining('ask GetInsertChannels'),
      },
    });
  });

  it('AssignSegmentID assigns from the same segments as today’s call', async () => {
    const [today] = await cluster.assign(10);
    expect(await assign()).toBe(today?.segID);
  });

  it('ShowSegments shows the segments of a collection, or of one of its partitions', async () => {
    const segmentID = await assign();
    const shown = async (request: Partial<legacy.ShowSegmentRequest>) =>
      (await client.call.showSegments(request)).segmentIDs;
    expect(await shown({ collectionID })).toEqual([segmentID]);
    expect(await shown({ collectionID, partitionID })).toEqual([segmentID]);
    expect(await shown({ collectionID, partitionID: 5n })).toEqual([]);
    expect(await shown({ collectionID: 5n })).toEqual([]);
  });

  it('GetSegmentStates tells the states of then: growing, sealed by Flush, flushed, and not there', async () => {
    const segmentID = await assign();
    expect(await stateOf(segmentID)).toMatchObject({
      segmentID,
      state: SegmentState.SegmentGrowing,
      sealedTime: 0n,
      flushedTime: 0n,
      status: success,
    });
    expect(await client.call.flush({ collectionID })).toEqual(success);
    const sealed = await stateOf(segmentID);
    expect(sealed).toMatchObject({ state: SegmentState.SegmentSealed, flushedTime: 0n });
    expect(sealed?.sealedTime).toBeGreaterThan(0n);
    await cluster.call.saveBinlogPaths({ ...savedBatch(node, segmentID, 50, 10, position), flushed: true });
    expect(await stateOf(segmentID)).toEqual({
      segmentID,
      state: SegmentState.SegmentFlushed,
      createTime: position.timestamp,
      sealedTime: sealed?.sealedTime,
      flushedTime: position.timestamp,
      startPosition: { channelName: channel, msgID: 'AwAAAAAAAAA=', timestamp: position.timestamp },
      endPosition: { channelName: channel, msgID: 'AwAAAAAAAAA=', timestamp: position.timestamp },
      status: success,
    });
    await cluster.call.setSegmentState({ segmentId: segmentID, newState: common.SegmentState.Dropped });
    expect((await stateOf(segmentID))?.state).toBe(SegmentState.SegmentNotExist);
    expect(await stateOf(424_242n)).toMatchObject({ state: SegmentState.SegmentNotExist, status: unknown });
  });

  it('Flush seals only what is of the collection that is flushed', async () => {
    const segmentID = await assign();
    expect(await client.call.flush({ collectionID: 5n })).toEqual(success);
    expect((await stateOf(segmentID))?.state).toBe(SegmentState.SegmentGrowing);
  });

  it('GetInsertBinlogPaths names the insert logs of a segment by field', async () => {
    const segmentID = await flushed();
    const { status, fieldIDs, paths } = await client.call.getInsertBinlogPaths({ segmentID });
    expect(status).toEqual(success);
    const path = (field: bigint, log: number) =>
      `files/insert_log/${collectionID}/${partitionID}/${segmentID}/${field}/${log}`;
    const found = fieldIDs.map((field, at) => [field, paths[at]?.values]);
    expect(found.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
      [0n, [path(0n, 52)]],
      [1n, [path(1n, 53)]],
      [100n, [path(100n, 50)]],
      [101n, [path(101n, 51)]],
    ]);
    expect((await client.call.getInsertBinlogPaths({ segmentID: 424_242n })).status).toMatchObject(unknown);
  });

  it('GetSegmentInfo tells segments as they were told then, all or none', async () => {
    const segmentID = await flushed();
    const { infos } = await client.call.getSegmentInfo({ segmentIDs: [segmentID] });
    expect(infos).toMatchObject([
      {
        segmentID,
        collectionID,
        partitionID,
        insertChannel: channel,
        openTime: position.timestamp,
        flushedTime: position.timestamp,
        numRows: 10n,
        state: SegmentState.SegmentFlushed,
        endPosition: { channelName: channel, timestamp: position.timestamp },
      },
    ]);
    const refused = await client.call.getSegmentInfo({ segmentIDs: [segmentID, 424_242n] });
    expect(refused).toMatchObject({ status: unknown, infos: [] });
  });

  it('GetCollectionStatistics, GetPartitionStatistics and GetCount count the rows of collections and partitions', async () => {
    await flushed();
    const { call } = client;
    const rows = [{ key: 'row_count', value: '10' }];
    const none = [{ key: 'row_count', value: '0' }];
    expect((await call.getCollectionStatistics({ collectionID })).stats).toEqual(rows);
    expect((await call.getCollectionStatistics({ collectionID: 5n })).stats).toEqual(none);
    expect((await call.getPartitionStatistics({ collectionID, partitionID })).stats).toEqual(rows);
    expect((await call.getPartitionStatistics({ collectionID, partitionID: 5n })).stats).toEqual(none);
    expect((await call.getCount({ collectionID })).count).toBe(10n);
  });

  it('GetInsertChannels names the virtual channels of a collection that RootCoord knows', async () => {
    expect((await client.call.getInsertChannels({ collectionID })).values).toEqual([channel]);
    const refused = await client.call.getInsertChannels({ collectionID: 5n });
    expect(refused).toMatchObject({
      values: [],
      status: { errorCode: common.ErrorCode.CollectionNotExists },
    });
  });

  it('GetTimeTickChannel, GetStatisticsChannel and GetSegmentInfoChannel name channels of nodes, GetStatsChannel the second again', async () => {
    const { call } = client;
    expect((await call.getTimeTickChannel({})).value).toBe('by-dev-dataservice-timetick-channel');
    expect((await call.getStatisticsChannel({})).value).toBe('by-dev-datacoord-statistics-channel');
    expect(await call.getStatsChannel({})).toEqual(await call.getStatisticsChannel({}));
    expect((await call.getSegmentInfoChannel({})).value).toBe('by-dev-segment-info-channel');
  });

  it('GetComponentStates says that it is healthy', async () => {
    const { state } = await client.call.getComponentStates({});
    expect(state).toMatchObject({ role: 'dataservice', stateCode: StateCode.HEALTHY });
  });

  it('has a handler for every method on its wire', () => {
    const calls = dataServiceCalls(
      // Only named here, not called.
      { settings: {} } as never,
      { coordinator: { settings: {} } } as never,
    );
    expect(Object.keys(calls).sort()).toEqual(Object.keys(dataService.DataServiceService).sort());
  });
});
