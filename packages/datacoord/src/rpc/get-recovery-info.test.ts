import { composeTimestamp } from '@millrace/core';
import { common, data } from '@millrace/proto';
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

describe('GetRecoveryInfo', () => {
  let cluster: Harness;
  let node: FakeNode;
  let flushed: bigint;
  let growing: bigint;
  beforeEach(async () => {
    cluster = await Harness.start();
    node = await cluster.join('a');
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(node.session.serverID);
    flushed = (await cluster.assign(10))[0]?.segID ?? 0n;
    await save(flushed, 50, 2000, true);
    growing = (await cluster.assign(10))[0]?.segID ?? 0n;
    await save(growing, 70, 1000, false);
  });
  afterEach(() => cluster.end());

  const save = (segmentID: bigint, logID: number, ms: number, isFlushed: boolean) =>
    cluster.call.saveBinlogPaths({
      ...savedBatch(node, segmentID, logID, 10, positionAt(composeTimestamp(ms))),
      flushed: isFlushed,
    });

  it('V2 lists flushed segments with their logs, open ones by id, and where to read on', async () => {
    const { channels, segments } = await cluster.call.getRecoveryInfoV2({ collectionID });
    expect(channels).toHaveLength(1);
    expect(channels[0]).toMatchObject({
      collectionID,
      channelName: channel,
      flushedSegmentIds: [flushed],
      unflushedSegmentIds: [growing],
      droppedSegmentIds: [],
    });
    expect(channels[0]?.seekPosition?.timestamp).toBe(composeTimestamp(1000));
    expect(segments.map(({ ID, numOfRows, insertChannel }) => ({ ID, numOfRows, insertChannel }))).toEqual([
      { ID: flushed, numOfRows: 10n, insertChannel: channel },
    ]);
    expect(segments[0]?.binlogs).toHaveLength(4);
    expect(segments[0]?.statslogs).toHaveLength(1);
  });

  it('reads on at the checkpoint as soon as there is one', async () => {
    await cluster.call.updateChannelCheckpoint({
      vChannel: channel,
      position: positionAt(composeTimestamp(5000)),
    });
    const { channels } = await cluster.call.getRecoveryInfoV2({ collectionID });
    expect(channels[0]?.seekPosition).toMatchObject({
      channelName: channel,
      timestamp: composeTimestamp(5000),
    });
  });

  it('is restricted to the partitions named; another has no segments', async () => {
    const own = await cluster.call.getRecoveryInfoV2({ collectionID, partitionIDs: [partitionID] });
    expect(own.segments).toHaveLength(1);
    const other = await cluster.call.getRecoveryInfoV2({ collectionID, partitionIDs: [99n] });
    expect(other.segments).toEqual([]);
    expect(other.channels[0]?.flushedSegmentIds).toEqual([]);
  });

  it('of the older kind groups the logs by segment', async () => {
    const { binlogs } = await cluster.call.getRecoveryInfo({ collectionID, partitionID: 0n });
    expect(binlogs.map(({ segmentID, fieldBinlogs }) => [segmentID, fieldBinlogs.length])).toEqual([
      [flushed, 4],
    ]);
  });

  it('of a collection that RootCoord does not know tells its refusal, code and all', async () => {
    const refused = {
      errorCode: common.ErrorCode.UnexpectedError,
      reason: "code: CollectionNotExists, reason: can't find collection: 4242424242",
    };
    const unknown = { collectionID: 4_242_424_242n };
    expect((await cluster.call.getRecoveryInfo(unknown)).status).toEqual(refused);
    expect((await cluster.call.getRecoveryInfoV2(unknown)).status).toEqual(refused);
  });

  it('of the older kind is restricted to its one partition', async () => {
    expect((await cluster.call.getRecoveryInfo({ collectionID, partitionID })).binlogs).toHaveLength(1);
    const other = await cluster.call.getRecoveryInfo({ collectionID, partitionID: 99n });
    expect(other.binlogs).toEqual([]);
    expect(other.channels[0]?.seekPosition?.timestamp).toBe(composeTimestamp(1000));
  });

  it('names the same logs in both kinds and in GetSegmentInfo, with their whole paths', async () => {
    const [v2] = (await cluster.call.getRecoveryInfoV2({ collectionID })).segments;
    const [older] = (await cluster.call.getRecoveryInfo({ collectionID, partitionID: 0n })).binlogs;
    const info = await cluster.segment(flushed);
    expect(v2).toEqual({
      ...data.SegmentInfo.fromPartial({ ID: flushed, collectionID, partitionID, insertChannel: channel }),
      numOfRows: 10n,
      binlogs: info.binlogs,
      statslogs: info.statslogs,
      deltalogs: info.deltalogs,
    });
    expect(older).toEqual({
      segmentID: flushed,
      fieldBinlogs: info.binlogs,
      numOfRows: 10n,
      statslogs: info.statslogs,
      deltalogs: info.deltalogs,
      insertChannel: channel,
    });
    expect(info.binlogs[3]?.binlogs[0]?.logPath).toBe(
      `files/insert_log/${collectionID}/${partitionID}/${flushed}/101/51`,
    );
  });

  it('is the same after a restart', async () => {
    const before = await cluster.call.getRecoveryInfoV2({ collectionID });
    await cluster.restart();
    expect(await cluster.call.getRecoveryInfoV2({ collectionID })).toEqual(before);
  });

  it('tells a dropped segment by its id alone', async () => {
    await cluster.call.saveBinlogPaths({
      ...savedBatch(node, growing, 90, 10, positionAt(composeTimestamp(3000))),
      dropped: true,
    });
    const { channels, segments } = await cluster.call.getRecoveryInfoV2({ collectionID });
    expect(channels[0]).toMatchObject({ droppedSegmentIds: [growing], unflushedSegmentIds: [] });
    expect(segments.map(({ ID }) => ID)).toEqual([flushed]);
  });

  it('that no peer would receive fails as a gRPC call, so that the peer asks for single partitions', async () => {
    const { length } = data.GetRecoveryInfoResponseV2.encode(
      await cluster.call.getRecoveryInfoV2({ collectionID }),
    ).finish();
    await cluster.restart({ answerBytesMax: length });
    expect((await cluster.call.getRecoveryInfoV2({ collectionID })).segments).toHaveLength(1);
    await cluster.restart({ answerBytesMax: length - 1 });
    await expect(cluster.call.getRecoveryInfoV2({ collectionID })).rejects.toMatchObject({
      kind: 'exhausted',
      message: expect.stringContaining('ask for single partitions, with GetRecoveryInfo'),
      cause: expect.objectContaining({ code: resourceExhausted }),
    });
    await cluster.restart({ answerBytesMax: 100 });
    await expect(cluster.call.getRecoveryInfo({ collectionID, partitionID })).rejects.toMatchObject({
      kind: 'exhausted',
      message: expect.stringContaining('compact the partition'),
    });
    await expect(cluster.call.getSegmentInfo({ segmentIDs: [flushed] })).rejects.toMatchObject({
      kind: 'exhausted',
      message: expect.stringContaining('ask for fewer segments'),
    });
  });

  it("passes RootCoord's word on an unknown collection on", async () => {
    const { status } = await cluster.call.getRecoveryInfoV2({ collectionID: 4242424242n });
    expect(status?.errorCode).not.toBe(0);
    expect(status?.reason).toContain("can't find collection: 4242424242");
  });
});

/** gRPC's status of that name. */
const resourceExhausted = 8;
