import { composeTimestamp } from '@millrace/core';
import { common, data } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channel, collectionID, partitionID, positionAt, savedBatch } from '../testing/harness.ts';
import { bothSaved, type TwoSegments } from '../testing/two-segments.ts';

describe('GetRecoveryInfoV2', () => {
  let scene: TwoSegments;
  beforeEach(async () => {
    scene = await bothSaved();
  });
  afterEach(() => scene.end());

  it('lists flushed segments with their logs, open ones by id, and where to read on', async () => {
    const { cluster, flushed, growing } = scene;
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
    const { cluster } = scene;
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
    const { cluster } = scene;
    const own = await cluster.call.getRecoveryInfoV2({ collectionID, partitionIDs: [partitionID] });
    expect(own.segments).toHaveLength(1);
    const other = await cluster.call.getRecoveryInfoV2({ collectionID, partitionIDs: [99n] });
    expect(other.segments).toEqual([]);
    expect(other.channels[0]?.flushedSegmentIds).toEqual([]);
  });

  it('of a collection that RootCoord does not know tells its refusal, code and all', async () => {
    const { status } = await scene.cluster.call.getRecoveryInfoV2({ collectionID: 4_242_424_242n });
    expect(status).toEqual({
      errorCode: common.ErrorCode.UnexpectedError,
      reason: "code: CollectionNotExists, reason: can't find collection: 4242424242",
    });
  });

  it('is the same after a restart', async () => {
    const { cluster } = scene;
    const before = await cluster.call.getRecoveryInfoV2({ collectionID });
    await cluster.restart();
    expect(await cluster.call.getRecoveryInfoV2({ collectionID })).toEqual(before);
  });

  it('tells a dropped segment by its id alone', async () => {
    const { cluster, node, flushed, growing } = scene;
    await cluster.call.saveBinlogPaths({
      ...savedBatch(node, growing, 90, 10, positionAt(composeTimestamp(3000))),
      dropped: true,
    });
    const { channels, segments } = await cluster.call.getRecoveryInfoV2({ collectionID });
    expect(channels[0]).toMatchObject({ droppedSegmentIds: [growing], unflushedSegmentIds: [] });
    expect(segments.map(({ ID }) => ID)).toEqual([flushed]);
  });

  it('that no peer would receive fails as a gRPC call, so that the peer asks for single partitions', async () => {
    const { cluster } = scene;
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
  });
});

/** gRPC's status of that name. */
const resourceExhausted = 8;
