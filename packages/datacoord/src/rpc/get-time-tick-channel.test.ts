import { afterEach, describe, expect, it } from 'vitest';
import { defaultDataCoordSettings } from '../settings.ts';
import { Harness } from '../testing/harness.ts';

describe('GetTimeTickChannel', () => {
  let cluster: Harness;
  afterEach(() => cluster.end());

  it('names the channel that DataNodes tell their time in', async () => {
    cluster = await Harness.start();
    const { status, value } = await cluster.call.getTimeTickChannel({});
    expect({ status, value }).toEqual({
      status: { errorCode: 0, reason: '' },
      value: 'by-dev-datacoord-timetick-channel',
    });
  });

  it('names it after the cluster', async () => {
    const channelNames = { ...defaultDataCoordSettings.channelNames, cluster: 'other' };
    cluster = await Harness.start({ channelNames });
    expect((await cluster.call.getTimeTickChannel({})).value).toBe('other-datacoord-timetick-channel');
  });
});
