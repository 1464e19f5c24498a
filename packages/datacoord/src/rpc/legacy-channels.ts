import { dataCoordTimeTickChannel, NotFound } from '@millrace/core';
import type { Call } from './call.ts';

/** The channel that DataNodes tell their time in. Source: spec datacoord §2.1. */
export const getTimeTickChannel: Call<'getTimeTickChannel'> =
  ({ settings }) =>
  () => ({ value: dataCoordTimeTickChannel(settings.channelNames) });

/** There is none, as in the original. Source: spec datacoord §2.1. */
export const getStatisticsChannel: Call<'getStatisticsChannel'> = () => () => {
  throw new NotFound('no statistics channel');
};

/** A name that nothing is sent to any more. Source: spec datacoord §2.1. */
export const getSegmentInfoChannel: Call<'getSegmentInfoChannel'> =
  ({ settings }) =>
  () => ({ value: `${settings.channelNames.cluster}-segment-info-channel` });
