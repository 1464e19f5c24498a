import { common, data } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestCluster } from './testing/test-node.ts';
import { testCollection, testPartition } from './testing/write-log.ts';

const vchannel = 'by-dev-rootcoord-dml_0_441v0';
const { ChannelWatchState } = data;

describe('DataNode', () => {
  let cluster: TestCluster;
  beforeEach(() => {
    cluster = new TestCluster();
  });
  afterEach(() => cluster.stop());

  const allocate = (ID: bigint) =>
    cluster.dataCoord.allocate({
      ID,
      collectionID: testCollection,
      partitionID: testPartition,
      insertChannel: vchannel,
    });

  it('answers an assignment, writes what it read, and saves paths, rows, deletes and positions in one call', async () => {
    allocate(7n);
    const writer = cluster.writer(vchannel);
    await writer.tick();
    const node = cluster.start();
    await node.assign(vchannel);
    await vi.waitFor(async () => expect(await node.state(vchannel)).toBe(ChannelWatchState.WatchSuccess));

    const inserted = await writer.insert(vchannel, 7n, [3n, 1n, 2n]);
    await writer.tick();
    const deleted = await writer.delete([1n, 99n]);
    await writer.tick();
    await vi.waitFor(() => expect(node.rows(7n)).toBe(3));
    await node.flush([7n]);
    const end = await writer.tick();
    await vi.waitFor(() => expect(cluster.dataCoord.saves).toHaveLength(1));

    const saved = await cluster.saved(7n);
    expect(saved.keys).toEqual([3n, 1n, 2n]);
    expect(saved.deletes).toEqual([1n]);
    const [save] = cluster.dataCoord.saves;
    expect(save?.flushed).toBe(true);
    expect(save?.field2BinlogPaths.map(({ fieldID }) => fieldID)).toEqual([100n, 101n, 102n, 0n, 1n]);
    expect(save?.field2BinlogPaths[0]?.binlogs).toEqual([
      {
        entriesNum: 3n,
        timestampFrom: inserted,
        timestampTo: inserted,
        logPath: 'files/insert_log/441/442/7/100/1000000',
        logSize: 24n,
        logID: 0n,
      },
    ]);
    expect(save?.field2StatslogPaths[0]?.binlogs[0]?.logPath).toBe('files/stats_log/441/442/7/100/1000005');
    expect(save?.deltalogs[0]?.binlogs[0]).toMatchObject({
      entriesNum: 1n,
      timestampFrom: deleted,
      timestampTo: deleted,
      logPath: 'files/delta_log/441/442/7/1000006',
    });
    expect(save?.checkPoints).toHaveLength(1);
    expect(save?.checkPoints[0]).toMatchObject({
      segmentID: 7n,
      numOfRows: 3n,
      position: { channelName: vchannel, timestamp: end, msgGroup: `by-dev-dataNode-5-${vchannel}` },
    });
    expect(save?.startPositions).toMatchObject([{ segmentID: 7n }]);
    expect(saved.info.state).toBe(common.SegmentState.Flushed);
  });
});
