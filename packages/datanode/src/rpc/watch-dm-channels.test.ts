import { common, data } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactionScene } from '../testing/compaction-scene.ts';

describe('WatchDmChannels', () => {
  let scene: CompactionScene;
  beforeEach(async () => {
    scene = await CompactionScene.start();
  });
  afterEach(() => scene.stop());

  it('does nothing and says so: channels are assigned through the metastore', async () => {
    const vchannels = [data.VchannelInfo.fromPartial({ channelName: 'by-dev-rootcoord-dml_9_9v0' })];
    const nothing = { errorCode: common.ErrorCode.Success, reason: 'watchDmChannels do nothing' };
    expect(await scene.call.watchDmChannels({ vchannels })).toEqual(nothing);
    expect(scene.node.node.channels()).toHaveLength(1);
  });
});
