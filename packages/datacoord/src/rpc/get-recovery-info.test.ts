import { composeTimestamp } from '@millrace/core';
import { common, data } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channel, collectionID, partitionID } from '../testing/harness.ts';
import { bothSaved, expectSameAfterRestart, type TwoSegments } from '../testing/two-segments.ts';

describe('GetRecoveryInfo', () => {
  let scene: TwoSegments;
  beforeEach(async () => {
    scene = await bothSaved();
  });
  afterEach(() => scene.end());

  it('groups the logs by segment', async () => {
    const { cluster, flushed } = scene;
    const { binlogs } = await cluster.call.getRecoveryInfo({ collectionID, partitionID: 0n });
    expect(binlogs.map(({ segmentID, fieldBinlogs }) => [segmentID, fieldBinlogs.length])).toEqual([
      [flushed, 4],
    ]);
  });

  it('is restricted to its one partition', async () => {
    const { cluster } = scene;
    expect((await cluster.call.getRecoveryInfo({ collectionID, partitionID })).binlogs).toHaveLength(1);
    const other = await cluster.call.getRecoveryInfo({ collectionID, partitionID: 99n });
    expect(other.binlogs).toEqual([]);
    expect(other.channels[0]?.seekPosition?.timestamp).toBe(composeTimestamp(1000));
  });

  it('of a collection that RootCoord does not know tells its refusal, code and all', async () => {
    const { status } = await scene.cluster.call.getRecoveryInfo({ collectionID: 4_242_424_242n });
    expect(status).toEqual({
      errorCode: common.ErrorCode.UnexpectedError,
      reason: "code: CollectionNotExists, reason: can't find collection: 4242424242",
    });
  });

  it('names the same logs as GetRecoveryInfoV2 and in GetSegmentInfo, with their whole paths', async () => {
    const { cluster, flushed } = scene;
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
    const { cluster } = scene;
    await expectSameAfterRestart(cluster, () => cluster.call.getRecoveryInfo({ collectionID, partitionID }));
  });

  it('that no peer would receive fails as a gRPC call, and says what to do', async () => {
    const { cluster } = scene;
    await cluster.restart({ answerBytesMax: 100 });
    await expect(cluster.call.getRecoveryInfo({ collectionID, partitionID })).rejects.toMatchObject({
      kind: 'exhausted',
      message: expect.stringContaining('compact the partition'),
    });
  });
});
