import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OldApiScene, success, vchannel } from '../testing/old-api-scene.ts';

describe('Start of the older DataNode', () => {
  let scene: OldApiScene;
  beforeEach(async () => {
    scene = await OldApiScene.start();
  });
  afterEach(() => scene.end());

  it('succeeds where the node serves, as often as it is called, and starts nothing', async () => {
    await scene.watch();
    for (let times = 0; times < 2; times++) expect(await scene.call.start({})).toEqual(success);
    expect(scene.node.node.channels().map((channel) => channel.vchannel)).toEqual([vchannel]);
  });

  it('is refused by a node that does not serve', async () => {
    await scene.node.kill();
    expect((await scene.call.start({})).errorCode).toBe(common.ErrorCode.NotReadyServe);
  });
});
