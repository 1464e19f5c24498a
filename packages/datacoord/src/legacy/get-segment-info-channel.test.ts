import { afterEach, describe, expect, it } from 'vitest';
import { defaultDataCoordSettings } from '../settings.ts';
import { DataServiceScene } from '../testing/data-service-scene.ts';

describe('GetSegmentInfoChannel of the older Data Service', () => {
  let scene: DataServiceScene;
  afterEach(() => scene.end());

  const named = async () => (await scene.call.getSegmentInfoChannel({})).value;

  it('names the channel that nodes of then are given and nobody tells anything in', async () => {
    scene = await DataServiceScene.start();
    expect(await named()).toBe('by-dev-segment-info-channel');
  });

  it('names it after the cluster', async () => {
    const channelNames = { ...defaultDataCoordSettings.channelNames, cluster: 'other' };
    scene = await DataServiceScene.start({ channelNames });
    expect(await named()).toBe('other-segment-info-channel');
  });
});
