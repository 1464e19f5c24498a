import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../testing/harness.ts';

describe('GetTimeTickChannel, GetSegmentInfoChannel and GetStatisticsChannel', () => {
  let cluster: Harness;
  beforeEach(async () => {
    cluster = await Harness.start();
  });
  afterEach(() => cluster.end());

  it('keep their names', async () => {
    expect((await cluster.call.getTimeTickChannel({})).value).toBe('by-dev-datacoord-timetick-channel');
    expect((await cluster.call.getSegmentInfoChannel({})).value).toBe('by-dev-segment-info-channel');
    expect((await cluster.call.getStatisticsChannel({})).status).toEqual({
      errorCode: common.ErrorCode.UnexpectedError,
      reason: 'no statistics channel',
    });
  });
});
