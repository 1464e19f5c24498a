import { common, legacy } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataServiceScene } from '../testing/data-service-scene.ts';
import { collectionID } from '../testing/harness.ts';

const { SegmentState } = legacy;
const success = common.Status.fromPartial({});

describe('Flush of the older Data Service', () => {
  let scene: DataServiceScene;
  beforeEach(async () => {
    scene = await DataServiceScene.start();
  });
  afterEach(() => scene.end());

  it('seals what grows, which gets no more rows', async () => {
    const segmentID = await scene.assign();
    expect(await scene.call.flush({ collectionID })).toEqual(success);
    expect((await scene.stateOf(segmentID))?.state).toBe(SegmentState.SegmentSealed);
    expect(await scene.assign()).not.toBe(segmentID);
  });

  it('seals only what is of the collection that is flushed', async () => {
    const segmentID = await scene.assign();
    expect(await scene.call.flush({ collectionID: 5n })).toEqual(success);
    expect((await scene.stateOf(segmentID))?.state).toBe(SegmentState.SegmentGrowing);
  });

  it('changes nothing the second time, over a restart', async () => {
    const segmentID = await scene.assign();
    await scene.call.flush({ collectionID });
    const sealed = await scene.stateOf(segmentID);
    await scene.call.flush({ collectionID });
    expect(await scene.stateOf(segmentID)).toEqual(sealed);
    await scene.restart();
    await scene.call.flush({ collectionID });
    expect(await scene.stateOf(segmentID)).toEqual(sealed);
  });
});
