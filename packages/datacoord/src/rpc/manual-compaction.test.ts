import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactingScene, compactionDisabled, target } from '../testing/compacting-scene.ts';
import { collectionID } from '../testing/harness.ts';

describe('ManualCompaction', () => {
  let scene: CompactingScene;
  beforeEach(async () => {
    scene = await CompactingScene.start();
  });
  afterEach(() => scene.end());

  it('gives an id to ask by, of a collection that nobody knows too', async () => {
    const { compactionID } = await scene.cluster.call.manualCompaction({ collectionID: 5n });
    expect(compactionID).toBeGreaterThan(0n);
    expect(await scene.state(compactionID)).toMatchObject({ executingPlanNo: 0n, completedPlanNo: 0n });
  });

  it('plans all flushed segments of the collection, and a single one again when it is asked again', async () => {
    const { compactionID, plan } = await scene.planned();
    expect(plan.segmentBinlogs.map(({ segmentID }) => segmentID).sort()).toEqual([...scene.sources].sort());
    scene.owner.results.set(plan.planID, scene.resultOf(plan));
    await scene.finished(compactionID);
    scene.owner.plans.clear();
    const again = await scene.planned();
    expect(again.plan.segmentBinlogs.map(({ segmentID }) => segmentID)).toEqual([target]);
  });

  it('plans nothing again that is planned already, over a restart', async () => {
    const { plan } = await scene.planned();
    await scene.restart();
    const { compactionID } = await scene.cluster.call.manualCompaction({ collectionID });
    expect(await scene.state(compactionID)).toMatchObject({ executingPlanNo: 0n });
    expect([...scene.owner.plans.keys()]).toEqual([plan.planID]);
  });

  it('of collection 0 is of none', async () => {
    const { compactionID } = await scene.cluster.call.manualCompaction({ collectionID: 0n });
    expect(await scene.state(compactionID)).toMatchObject({ executingPlanNo: 0n, completedPlanNo: 0n });
    expect(scene.owner.plans.size).toBe(0);
  });

  it('fails where compaction is switched off, with the text peers know', async () => {
    await scene.restart({ enabled: false });
    expect(await scene.cluster.call.manualCompaction({ collectionID })).toMatchObject({
      status: compactionDisabled,
    });
  });
});
