import type { Coordinator } from '../coordinator.ts';
import type { LegacyCall } from './call.ts';
import { nodeTickChannel, segmentInfoChannel, statisticsChannel } from './channel-names.ts';

/** The channel that nodes of the older API tell their time in. */
export const getTimeTickChannel: LegacyCall<'getTimeTickChannel'> =
  ({ settings }) =>
  () => ({ value: nodeTickChannel(settings.channelNames) });

const statistics =
  ({ settings }: Coordinator) =>
  () => ({ value: statisticsChannel(settings.channelNames) });

/** The channel that they tell the rows of their segments in. */
export const getStatisticsChannel: LegacyCall<'getStatisticsChannel'> = statistics;

/** GetStatisticsChannel under the name it has in the design. */
export const getStatsChannel: LegacyCall<'getStatsChannel'> = statistics;

/** A name that nothing is sent to. */
export const getSegmentInfoChannel: LegacyCall<'getSegmentInfoChannel'> =
  ({ settings }) =>
  () => ({ value: segmentInfoChannel(settings.channelNames) });
