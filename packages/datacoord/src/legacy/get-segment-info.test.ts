import { common, legacy } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataServiceScene, savedAt, unknownSegment } from '../testing/data-service-scene.ts';
import { channel, collectionID, partitionID } from '../testing/harness.ts';

describe('GetSegmentInfo of the older Data Service', () => {
  let scene: DataServiceScene;
  beforeEach(async () => {
    scene = await DataServiceScene.start();
  });
  afterEach(() => scene.end());

  const info = (...segmentIDs: bigint[]) => scene.call.getSegmentInfo({ segmentIDs });

  it('tells segments as they were told then', async () => {
    const segmentID = await scene.flushed();
    expect((await info(segmentID)).infos).toMatchObject([
      {
        segmentID,
        collectionID,
        partitionID,
        insertChannel: channel,
        openTime: savedAt.timestamp,
        flushedTime: savedAt.timestamp,
        numRows: 10n,
        state: legacy.SegmentState.SegmentFlushed,
        endPosition: { channelName: channel, timestamp: savedAt.timestamp },
      },
    ]);
  });

  it('tells all or none, in the order asked', async () => {
    const [flushed, growing] = [await scene.flushed(), await scene.assign()];
    const { infos } = await info(growing, flushed, growing);
    expect(infos.map(({ segmentID }) => segmentID)).toEqual([growing, flushed, growing]);
    expect(await info(flushed, 424_242n)).toMatchObject({ status: unknownSegment, infos: [] });
    expect(await info()).toEqual({ status: common.Status.fromPartial({}), infos: [] });
  });

  it('knows no dropped segment', async () => {
    const segmentID = await scene.flushed();
    await scene.drop(segmentID);
    expect((await info(segmentID)).status?.reason).toBe(`failed to get segment ${segmentID}`);
  });

  it('is the same after a restart', async () => {
    const [flushed, growing] = [await scene.flushed(), await scene.assign()];
    await scene.expectSameAfterRestart(() => info(flushed, growing));
  });
});
