import { afterEach, describe, expect, it } from 'vitest';
import { defaultDataCoordSettings } from '../settings.ts';
import { DataServiceScene } from '../testing/data-service-scene.ts';

describe('GetStatsChannel of the older Data Service', () => {
  let scene: DataServiceScene;
  afterEach(() => scene.end());

  const named = async () => (await scene.call.getStatsChannel({})).value;

  it('names the channel that nodes of then tell their rows in, by the name in the design', async () => {
    scene = await DataServiceScene.start();
    expect(await named()).toBe('by-dev-datacoord-statistics-channel');
  });

  it('names it after the cluster', async () => {
    const channelNames = { ...defaultDataCoordSettings.channelNames, cluster: 'other' };
    scene = await DataServiceScene.start({ channelNames });
    expect(await named()).toBe('other-datacoord-statistics-channel');
  });
});
