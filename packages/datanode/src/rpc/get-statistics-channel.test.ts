import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactionScene } from '../testing/compaction-scene.ts';

describe('GetStatisticsChannel', () => {
  let scene: CompactionScene;
  beforeEach(async () => {
    scene = await CompactionScene.start();
  });
  afterEach(() => scene.stop());

  it('names none', async () => {
    expect(await scene.call.getStatisticsChannel({})).toEqual({
      status: { errorCode: 0, reason: '' },
      value: '',
    });
  });
});
