import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, OldApiScene, success } from '../testing/old-api-scene.ts';
import { testCollection } from '../testing/write-log.ts';

const { SegmentState } = common;

describe('Flush of the older DataNode', () => {
  let scene: OldApiScene;
  beforeEach(async () => {
    scene = await OldApiScene.start();
  });
  afterEach(() => scene.end());

  it('flushes all segments of a collection behind the next tick, however often it comes', async () => {
    const { call, cluster } = scene;
    for (const segmentID of [7n, 8n]) scene.allocate(segmentID);
    await scene.watch();
    await scene.insert([7n, 1n], [8n, 2n]);
    for (let times = 0; times < 2; times++)
      expect(await call.flush({ collectionID: testCollection })).toEqual(success);
    expect(scene.stateOf(7n)).toBe(SegmentState.Growing);
    await scene.writer.tick();
    for (const segmentID of [7n, 8n])
      await eventually(() => expect(scene.stateOf(segmentID)).toBe(SegmentState.Flushed));
    expect((await cluster.saved(7n)).keys).toEqual([1n]);
    expect((await cluster.saved(8n)).keys).toEqual([2n]);
  });

  it('has nothing to do where no row has come', async () => {
    await scene.watch();
    expect(await scene.call.flush({ collectionID: testCollection })).toEqual(success);
    expect(scene.cluster.dataCoord.saves).toEqual([]);
  });

  it('is refused for a collection that is not read here, and says whom to ask', async () => {
    expect(await scene.call.flush({ collectionID: 5n })).toEqual({
      errorCode: common.ErrorCode.UnexpectedError,
      reason: 'no channel of collection 5 is read here: ask the node that was told to watch it',
    });
  });

  it('is refused by a node that does not serve', async () => {
    await scene.node.kill();
    expect((await scene.call.flush({ collectionID: testCollection })).errorCode).toBe(
      common.ErrorCode.NotReadyServe,
    );
  });
});
