import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactionScene } from '../testing/compaction-scene.ts';

describe('GetComponentStates', () => {
  let scene: CompactionScene;
  beforeEach(async () => {
    scene = await CompactionScene.start();
  });
  afterEach(() => scene.stop());

  it('tells role, node id and state', async () => {
    expect((await scene.call.getComponentStates({})).state).toEqual({
      nodeID: scene.node.nodeID,
      role: 'datanode',
      stateCode: common.StateCode.Healthy,
      extraInfo: [],
    });
  });
});
