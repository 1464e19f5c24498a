import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactingScene, compactionDisabled, target } from '../testing/compacting-scene.ts';

describe('GetCompactionStateWithPlans', () => {
  let scene: CompactingScene;
  beforeEach(async () => {
    scene = await CompactingScene.start();
  });
  afterEach(() => scene.end());

  it('tells what is merged into what; -1 while there is no result', async () => {
    const ask = async (compactionID: bigint) =>
      (await scene.cluster.call.getCompactionStateWithPlans({ compactionID })).mergeInfos;
    const { compactionID, plan } = await scene.planned();
    expect(await ask(compactionID)).toEqual([{ sources: [...scene.sources], target: -1n }]);
    scene.owner.results.set(plan.planID, scene.resultOf(plan));
    await scene.finished(compactionID);
    expect(await ask(compactionID)).toEqual([{ sources: [...scene.sources], target }]);
    expect(await ask(0n)).toHaveLength(1);
  });

  it('has no plans of a request that nobody made', async () => {
    expect(
      await scene.cluster.call.getCompactionStateWithPlans({ compactionID: 4_242_424_242n }),
    ).toMatchObject({
      state: common.CompactionState.Completed,
      mergeInfos: [],
    });
  });

  it('is the same after a restart', async () => {
    const { compactionID } = await scene.planned();
    const ask = () => scene.cluster.call.getCompactionStateWithPlans({ compactionID });
    const before = await ask();
    await scene.restart();
    expect(await ask()).toEqual(before);
  });

  it('fails where compaction is switched off, with the text peers know', async () => {
    await scene.restart({ enabled: false });
    expect(await scene.cluster.call.getCompactionStateWithPlans({ compactionID: 0n })).toMatchObject({
      status: compactionDisabled,
    });
  });
});
