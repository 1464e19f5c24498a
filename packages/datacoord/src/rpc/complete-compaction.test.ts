import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactingScene, target } from '../testing/compacting-scene.ts';

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
});
