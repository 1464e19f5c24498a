import { afterEach, describe, expect, it } from 'vitest';
import { defaultDataCoordSettings } from '../settings.ts';
import { Harness } from '../testing/harness.ts';

describe('GetSegmentInfoChannel', () => {
  let cluster: Harness;
  afterEach(() => cluster.end());

  it('names a channel that nothing is sent to any more', async () => {
    cluster = await Harness.start();
    const { status, value } = await cluster.call.getSegmentInfoChannel({});
    expect({ status, value }).toEqual({
      status: { errorCode: 0, reason: '' },
      value: 'by-dev-segment-info-channel',
    });
  });

  it('names it after the cluster', async () => {
    const channelNames = { ...defaultDataCoordSettings.channelNames, cluster: 'other' };
    cluster = await Harness.start({ channelNames });
    expect((await cluster.call.getSegmentInfoChannel({})).value).toBe('other-segment-info-channel');
  });
});
