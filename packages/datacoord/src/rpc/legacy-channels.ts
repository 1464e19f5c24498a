import { dataCoordTimeTickChannel, Internal } from '@millrace/core';
import type { Call } from './call.ts';

/** Source: spec datacoord §2.1. */
export const getTimeTickChannel: Call<'getTimeTickChannel'> =
  ({ settings }) =>
  () => ({ value: dataCoordTimeTickChannel(settings.channelNames) });

export const getStatisticsChannel: Call<'getStatisticsChannel'> = () => () => {
  throw new Internal('no statistics channel');
};

export const getSegmentInfoChannel: Call<'getSegmentInfoChannel'> =
  ({ settings }) =>
  () => ({ value: `${settings.channelNames.cluster}-segment-info-channel` });
