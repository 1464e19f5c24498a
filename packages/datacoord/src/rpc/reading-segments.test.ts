import { composeTimestamp, segmentStates } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { segmentWrites } from '../meta/catalog.ts';
import {
  channel,
  collectionID,
  type FakeNode,
  Harness,
  partitionID,
  positionAt,
  savedBatch,
} from '../testing/harness.ts';
import { aSegment, fieldLogs } from '../testing/segments.ts';

describe('the calls that read segments', () => {
  let cluster: Harness;
  let node: FakeNode;
  let flushed: bigint;
  let growing: bigint;
  const unknown = 4_242_424_242n;
  beforeAll(async () => {
    cluster = await Harness.start();
    node = await cluster.join('a');
    await cluster.watch();
    await vi.waitFor(async () => expect((await cluster.watchInfo())?.nodeID).toBe(node.session.serverID));
    flushed = (await cluster.assign(10))[0]?.segID ?? 0n;
    const batch = savedBatch(node, flushed, 50, 10, positionAt(composeTimestamp(2000)));
    await cluster.call.saveBinlogPaths({ ...batch, flushed: true });
    growing = (await cluster.assign(10))[0]?.segID ?? 0n;
    await cluster.call.updateChannelCheckpoint({
      vChannel: channel,
      position: positionAt(composeTimestamp(3000)),
    });
  });
  afterAll(() => cluster.end());

  it('GetSegmentInfo answers all or none, with the text that peers compare, and the checkpoint of each channel', async () => {
    const answer = await cluster.call.getSegmentInfo({ segmentIDs: [flushed, growing, flushed] });
    expect(answer.infos.map(({ ID }) => ID)).toEqual([flushed, growing, flushed]);
    expect(answer.channelCheckpoint[channel]?.timestamp).toBe(composeTimestamp(3000));
    const missing = await cluster.call.getSegmentInfo({ segmentIDs: [flushed, unknown] });
    expect(missing.infos).toEqual([]);
    expect(missing.status).toEqual({ errorCode: 1, reason: `failed to get segment ${unknown}` });
    expect((await cluster.call.getSegmentInfo({})).status?.errorCode).toBe(0);
  });

  it('GetSegmentInfo tells a compacted segment with the deletes and the position of what it became', async () => {
    const target = aSegment(77_000n, {
      compactionFrom: [flushed, 5n],
      dmlPosition: positionAt(composeTimestamp(9000)),
      logs: {
        insert: [fieldLogs(100n, [{ entriesNum: 10n, logID: 77_001n }])],
        stats: [fieldLogs(100n, [{ logID: 77_002n }])],
        delta: [fieldLogs(0n, [{ entriesNum: 1n, logID: 77_003n }])],
      },
    });
    const other = await Harness.start();
    try {
      for (const write of [
        ...segmentWrites(other.keys, undefined, aSegment(flushed)),
        ...segmentWrites(other.keys, undefined, target),
      ])
        await other.store.transact({ writes: [write] });
      await other.restart();
      const ask = (includeUnHealthy: boolean) =>
        other.call.getSegmentInfo({ segmentIDs: [flushed], includeUnHealthy });
      const [own] = (await ask(false)).infos;
      const [merged] = (await ask(true)).infos;
      expect(own?.deltalogs).toEqual([]);
      expect(merged).toEqual({
        ...own,
        deltalogs: [
          {
            fieldID: 0n,
            binlogs: [
              expect.objectContaining({
                logPath: `files/delta_log/${collectionID}/${partitionID}/77000/77003`,
              }),
            ],
          },
        ],
        dmlPosition: target.dmlPosition,
      });
    } finally {
      await other.end();
    }
  });

  it('GetSegmentStates says NotExist of what it does not know', async () => {
    const { states } = await cluster.call.getSegmentStates({ segmentIDs: [flushed, growing, unknown] });
    expect(states.map(({ state }) => state)).toEqual([
      segmentStates.flushed,
      segmentStates.growing,
      segmentStates['not-exist'],
    ]);
    expect(states[0]?.startPosition?.timestamp).toBe(composeTimestamp(2000));
  });

  it('GetInsertBinlogPaths lists the paths of each field', async () => {
    const { fieldIDs, paths } = await cluster.call.getInsertBinlogPaths({ segmentID: flushed });
    expect(fieldIDs).toEqual([0n, 1n, 100n, 101n]);
    expect(paths[2]?.values).toEqual([`files/insert_log/${collectionID}/${partitionID}/${flushed}/100/50`]);
    const missing = await cluster.call.getInsertBinlogPaths({ segmentID: unknown });
    expect(missing.status).toEqual({ errorCode: 1, reason: 'segment not found' });
  });

  it('GetFlushedSegments takes a partition below 1 for all, and leaves out segments that start later', async () => {
    const ids = async (request: Parameters<typeof cluster.call.getFlushedSegments>[0]) =>
      (await cluster.call.getFlushedSegments({ collectionID, ...request })).segments;
    expect(await ids({ partitionID: -1n })).toEqual([flushed]);
    expect(await ids({ partitionID })).toEqual([flushed]);
    expect(await ids({ partitionID: 7n })).toEqual([]);
    expect(await ids({ partitionID: -1n, timeBefore: composeTimestamp(1999) })).toEqual([]);
  });

  it('GetSegmentsByStates and ListSegmentsInfo agree with it', async () => {
    const { segments } = await cluster.call.getSegmentsByStates({
      collectionID,
      partitionID: -1n,
      states: [segmentStates.growing],
    });
    expect(segments).toEqual([growing]);
    const { infos } = await cluster.call.listSegmentsInfo({ segmentIDs: [flushed], includeUnHealthy: true });
    expect(infos[0]).toMatchObject({ ID: flushed, numOfRows: 10n, binlogs: [], statslogs: [] });
  });

  it('the statistics count saved rows, a partition named twice twice', async () => {
    expect((await cluster.call.getCollectionStatistics({ collectionID })).stats).toEqual([
      { key: 'row_count', value: '10' },
    ]);
    const partitions = await cluster.call.getPartitionStatistics({
      collectionID,
      partitionIDs: [partitionID, partitionID],
    });
    expect(partitions.stats).toEqual([{ key: 'row_count', value: '20' }]);
    expect((await cluster.call.getCollectionStatistics({ collectionID: 5n })).stats[0]?.value).toBe('0');
  });

  it('GetFlushState is true of unknown ids and of none, false of growing ones', async () => {
    const of = async (...segmentIDs: bigint[]) => (await cluster.call.getFlushState({ segmentIDs })).flushed;
    expect(await of()).toBe(true);
    expect(await of(unknown, flushed)).toBe(true);
    expect(await of(flushed, growing)).toBe(false);
  });

  it('UpdateChannelCheckpoint never goes back, and wants a position', async () => {
    await cluster.call.updateChannelCheckpoint({
      vChannel: channel,
      position: positionAt(composeTimestamp(1)),
    });
    const { channelCheckpoint } = await cluster.call.getSegmentInfo({ segmentIDs: [flushed] });
    expect(channelCheckpoint[channel]?.timestamp).toBe(composeTimestamp(3000));
    expect(await cluster.call.updateChannelCheckpoint({ vChannel: channel })).toEqual({
      errorCode: 1,
      reason: `channelCP is nil, vChannel=${channel}`,
    });
  });

  it('the legacy channels keep their names', async () => {
    expect((await cluster.call.getTimeTickChannel({})).value).toBe('by-dev-datacoord-timetick-channel');
    expect((await cluster.call.getSegmentInfoChannel({})).value).toBe('by-dev-segment-info-channel');
    expect((await cluster.call.getStatisticsChannel({})).status?.reason).toBe('no statistics channel');
  });
});
