import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../testing/harness.ts';

describe('GetStatisticsChannel', () => {
  let cluster: Harness;
  beforeEach(async () => {
    cluster = await Harness.start();
  });
  afterEach(() => cluster.end());

  it('says that there is none, as the original', async () => {
    expect(await cluster.call.getStatisticsChannel({})).toEqual({
      status: { errorCode: common.ErrorCode.UnexpectedError, reason: 'no statistics channel' },
      value: '',
    });
  });
});
