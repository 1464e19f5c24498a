import { common, legacy } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataServiceScene } from '../testing/data-service-scene.ts';

describe('GetComponentStates of the older Data Service', () => {
  let scene: DataServiceScene;
  beforeEach(async () => {
    scene = await DataServiceScene.start();
  });
  afterEach(() => scene.end());

  const told = async () => scene.call.getComponentStates({});

  it('says who it is and that it is healthy, in the words of then', async () => {
    const today = await scene.cluster.call.getComponentStates({});
    expect(await told()).toMatchObject({
      status: common.Status.fromPartial({}),
      state: {
        nodeID: today.state?.nodeID,
        role: 'dataservice',
        stateCode: legacy.StateCode.HEALTHY,
      },
    });
  });

  it('is another after a restart', async () => {
    const before = (await told()).state?.nodeID ?? 0n;
    await scene.restart();
    expect((await told()).state?.nodeID).toBeGreaterThan(before);
  });
});
