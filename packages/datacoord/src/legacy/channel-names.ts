import type { ChannelNames } from '@millrace/core';

/**
 * Where nodes of the older API tell their time. Not today's tick channel: its readers, Milvus' own among them, expect the ticks of single
 * virtual channels there.
 */
export const nodeTickChannel = (names: ChannelNames): string =>
  `${names.cluster}-dataservice-timetick-channel`;

/** Where they tell the rows of their segments. Today's Milvus has the name, and says nothing in it. */
export const statisticsChannel = (names: ChannelNames): string =>
  `${names.cluster}-datacoord-statistics-channel`;

/** Nobody writes to it: today's definitions come with the rows, in the channels of the collection. */
export const ddChannel = (names: ChannelNames): string => `${names.cluster}-dataservice-dd-channel`;

export const segmentInfoChannel = (names: ChannelNames): string => `${names.cluster}-segment-info-channel`;
