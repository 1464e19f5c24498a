import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactionScene } from '../testing/compaction-scene.ts';

describe('ResendSegmentStats', () => {
  let scene: CompactionScene;
  beforeEach(async () => {
    scene = await CompactionScene.start();
  });
  afterEach(() => scene.stop());

  it('names the segments that are not flushed', async () => {
    await scene.flushed(10n, [1n]);
    await scene.growing(11n, [2n]);
    expect((await scene.call.resendSegmentStats({})).segResent).toEqual([11n]);
  });
});
