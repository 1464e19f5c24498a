import { common, legacy } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataServiceScene, savedAt, unknownSegment } from '../testing/data-service-scene.ts';
import { channel, collectionID } from '../testing/harness.ts';

const { SegmentState } = legacy;
const success = common.Status.fromPartial({});

describe('GetSegmentStates of the older Data Service', () => {
  let scene: DataServiceScene;
  beforeEach(async () => {
    scene = await DataServiceScene.start();
  });
  afterEach(() => scene.end());

  it('tells the states of then: growing, sealed by Flush, flushed, and not there', async () => {
    const segmentID = await scene.assign();
    expect(await scene.stateOf(segmentID)).toMatchObject({
      segmentID,
      state: SegmentState.SegmentGrowing,
      sealedTime: 0n,
      flushedTime: 0n,
      status: success,
    });
    expect(await scene.call.flush({ collectionID })).toEqual(success);
    const sealed = await scene.stateOf(segmentID);
    expect(sealed).toMatchObject({ state: SegmentState.SegmentSealed, flushedTime: 0n });
    expect(sealed?.sealedTime).toBeGreaterThan(0n);
    await scene.save(segmentID);
    const position = { channelName: channel, msgID: 'AwAAAAAAAAA=', timestamp: savedAt.timestamp };
    expect(await scene.stateOf(segmentID)).toEqual({
      segmentID,
      state: SegmentState.SegmentFlushed,
      createTime: savedAt.timestamp,
      sealedTime: sealed?.sealedTime,
      flushedTime: savedAt.timestamp,
      startPosition: position,
      endPosition: position,
      status: success,
    });
    await scene.drop(segmentID);
    expect((await scene.stateOf(segmentID))?.state).toBe(SegmentState.SegmentNotExist);
  });

  it('tells of each in the order asked, and of one that is not there that it is not', async () => {
    const segmentID = await scene.assign();
    const { status, states } = await scene.call.getSegmentStates({
      segmentIDs: [segmentID, 424_242n, segmentID],
    });
    expect(status).toEqual(success);
    expect(states.map(({ state }) => state)).toEqual([
      SegmentState.SegmentGrowing,
      SegmentState.SegmentNotExist,
      SegmentState.SegmentGrowing,
    ]);
    expect(states[1]).toMatchObject({ segmentID: 424_242n, status: unknownSegment });
    expect((await scene.call.getSegmentStates({})).states).toEqual([]);
  });

  it('is the same after a restart, of a sealed segment and of a flushed one', async () => {
    const flushed = await scene.flushed();
    const sealed = await scene.assign();
    await scene.call.flush({ collectionID });
    await scene.expectSameAfterRestart(() => scene.call.getSegmentStates({ segmentIDs: [flushed, sealed] }));
  });
});
