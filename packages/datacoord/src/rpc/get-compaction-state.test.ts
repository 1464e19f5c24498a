import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactingScene, compactionDisabled, target } from '../testing/compacting-scene.ts';
import { collectionID } from '../testing/harness.ts';

describe('GetCompactionState', () => {
  let scene: CompactingScene;
  beforeEach(async () => {
    scene = await CompactingScene.start();
  });
  afterEach(() => scene.end());

  it('counts the plans of a request that run and that are done; with 0 those of all', async () => {
    const { cluster } = scene;
    const { compactionID, plan } = await scene.planned();
    const running = { state: common.CompactionState.Executing, executingPlanNo: 1n, completedPlanNo: 0n };
    const done = { state: common.CompactionState.Completed, executingPlanNo: 0n, completedPlanNo: 1n };
    expect(await scene.state(compactionID)).toMatchObject(running);
    expect(await cluster.call.getCompactionState({ compactionID: 0n })).toMatchObject(running);
    scene.owner.results.set(plan.planID, scene.resultOf(plan));
    await scene.finished(compactionID);
    expect(await scene.state(compactionID)).toMatchObject(done);
    expect(await cluster.call.getCompactionState({ compactionID: 0n })).toMatchObject(done);
    expect((await cluster.segment(target)).numOfRows).toBe(190n);
  });

  it('says of a request that nobody made that it is done', async () => {
    const completed = { state: common.CompactionState.Completed, executingPlanNo: 0n, completedPlanNo: 0n };
    expect(await scene.cluster.call.getCompactionState({ compactionID: 4_242_424_242n })).toMatchObject(
      completed,
    );
  });

  it('is the same after a restart, while a plan runs', async () => {
    const { compactionID } = await scene.planned();
    const before = await scene.state(compactionID);
    await scene.restart();
    expect(await scene.state(compactionID)).toEqual(before);
  });

  it('counts a plan that its node refuses as failed', async () => {
    scene.owner.refusesPlans = true;
    const { compactionID } = await scene.cluster.call.manualCompaction({ collectionID });
    await scene.finished(compactionID);
    expect(await scene.state(compactionID)).toMatchObject({ failedPlanNo: 1n, completedPlanNo: 0n });
  });

  it('fails where compaction is switched off, with the text peers know', async () => {
    await scene.restart({ enabled: false });
    expect(await scene.state(0n)).toMatchObject({ status: compactionDisabled });
  });
});
