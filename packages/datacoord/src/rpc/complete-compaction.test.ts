import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactingScene, compactionDisabled, target } from '../testing/compacting-scene.ts';
import { collectionID } from '../testing/harness.ts';

describe('CompleteCompaction', () => {
  let scene: CompactingScene;
  beforeEach(async () => {
    scene = await CompactingScene.start();
  });
  afterEach(() => scene.end());

  it('puts a result in its place, and a second delivery changes nothing', async () => {
    const { cluster } = scene;
    const { plan } = await scene.planned();
    expect(await cluster.call.completeCompaction(scene.resultOf(plan))).toEqual({ errorCode: 0, reason: '' });
    expect((await cluster.segment(target)).numOfRows).toBe(190n);
    const once = await cluster.dump();
    expect(await cluster.call.completeCompaction(scene.resultOf(plan))).toEqual({ errorCode: 0, reason: '' });
    expect(await cluster.dump()).toEqual(once);
  });

  it('says of a plan that nobody made that there is none', async () => {
    const refused = { errorCode: 1, reason: 'plan 4242424242 is not found' };
    expect(await scene.cluster.call.completeCompaction({ planID: 4_242_424_242n })).toEqual(refused);
  });

  it('takes the result of a plan that was made before a restart', async () => {
    const { plan } = await scene.planned();
    await scene.restart();
    expect(await scene.cluster.call.completeCompaction(scene.resultOf(plan))).toEqual({
      errorCode: 0,
      reason: '',
    });
    expect((await scene.cluster.segment(target)).numOfRows).toBe(190n);
  });

  it('says of a plan that does not run what became of it', async () => {
    scene.owner.refusesPlans = true;
    const { compactionID } = await scene.cluster.call.manualCompaction({ collectionID });
    await scene.finished(compactionID);
    const [plan] = scene.owner.plans.values();
    expect(await scene.cluster.call.completeCompaction({ planID: plan?.planID ?? 0n })).toEqual({
      errorCode: common.ErrorCode.UnexpectedError,
      reason: `plan ${plan?.planID}'s state is failed`,
    });
  });

  it('fails where compaction is switched off, with the text peers know', async () => {
    await scene.restart({ enabled: false });
    expect(await scene.cluster.call.completeCompaction({})).toEqual(compactionDisabled);
  });
});
