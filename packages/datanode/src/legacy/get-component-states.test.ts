import { common, legacy } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OldApiScene } from '../testing/old-api-scene.ts';

describe('GetComponentStates of the older DataNode', () => {
  let scene: OldApiScene;
  beforeEach(async () => {
    scene = await OldApiScene.start();
  });
  afterEach(() => scene.end());

  it('says who it is and that it is healthy, in the words of then', async () => {
    expect(await scene.call.getComponentStates({})).toMatchObject({
      status: common.Status.fromPartial({}),
      state: { nodeID: scene.node.nodeID, role: 'datanode', stateCode: legacy.StateCode.HEALTHY },
    });
  });

  it('is answered by a node that has stopped too', async () => {
    await scene.node.kill();
    const { status, state } = await scene.call.getComponentStates({});
    expect(status?.errorCode).toBe(common.ErrorCode.Success);
    expect(state).toMatchObject({ nodeID: scene.node.nodeID, stateCode: legacy.StateCode.ABNORMAL });
  });
});
