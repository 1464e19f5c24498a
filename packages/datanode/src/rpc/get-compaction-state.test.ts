import { common, data } from '@millrace/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { CompactionScene, eventually, vchannel } from '../testing/compaction-scene.ts';

describe('GetCompactionState', () => {
  let scene: CompactionScene;
  afterEach(() => scene.stop());

  it('lists nothing when there is nothing', async () => {
    scene = await CompactionScene.start();
    expect(await scene.call.getCompactionState({})).toEqual({
      status: { errorCode: common.ErrorCode.Success, reason: '' },
      results: [],
    });
  });

  it('repeats a result until it is taken', async () => {
    scene = await CompactionScene.start();
    await scene.flushed(7n, [1n]);
    const plan = scene.plan(90n, [7n]);
    const result = await scene.compacted(plan);
    const state = (await scene.states()).get(90n);
    expect(state).toEqual({ planID: 90n, state: 2, result });
    expect(result.insertLogs.map(({ fieldID }) => fieldID)).toEqual([100n, 101n, 102n, 0n, 1n]);
    expect((await scene.states()).size).toBe(1);
  });

  it('forgets a result that nobody took, once DataCoord says that it did not', async () => {
    scene = await CompactionScene.start({ compactionResultTtlMs: 50 });
    await scene.flushed(7n, [1n]);
    await scene.call.compaction(scene.plan(90n, [7n]));
    await eventually(async () => expect(await scene.states()).toEqual(new Map()));
    await scene.deleted([1n]);
    scene.sync(7n);
    await eventually(() => expect(scene.info(7n)?.deltalogs[0]?.binlogs).toHaveLength(1));
  });

  it('drops the result of a plan that another plan for the same segment overtakes', async () => {
    scene = await CompactionScene.start();
    await scene.flushed(7n, [1n]);
    await scene.compacted(scene.plan(90n, [7n]));
    await scene.compacted(scene.plan(91n, [7n]));
    expect([...(await scene.states()).keys()]).toEqual([91n]);
  });

  it('says that the node does not serve', async () => {
    scene = await CompactionScene.start();
    await scene.node.kill();
    const answer = await scene.call.getCompactionState({});
    expect(answer.status?.errorCode).toBe(common.ErrorCode.NotReadyServe);
  });

  it('answers a result whose rows are all gone with no files', async () => {
    scene = await CompactionScene.start();
    await scene.flushed(7n, [1n]);
    await scene.deleted([1n]);
    scene.sync(7n);
    await eventually(() => expect(scene.info(7n)?.deltalogs[0]?.binlogs).toHaveLength(1));
    const result = await scene.compacted(scene.plan(90n, [7n]));
    const { planID, segmentID, channel } = result;
    expect(result).toEqual(data.CompactionResult.fromPartial({ planID, segmentID, channel }));
    expect(channel).toBe(vchannel);
  });
});
