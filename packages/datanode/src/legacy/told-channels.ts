import { Invalid } from '@millrace/core';
import type { NodeReports } from './node-reports.ts';
import type { OldApiHandlers, OldApiParts } from './old-api.ts';

/** From now on the node publishes its time in this channel: up to where all its channels are consumed. */
export function setTimeTickChannel(
  { node }: OldApiParts,
  reports: NodeReports,
): NonNullable<OldApiHandlers['setTimeTickChannel']> {
  return ({ channelID }) => {
    node.state.requireHealthy();
    reports.tellTicks(named(channelID));
    return {};
  };
}

/** From now on the node publishes the rows of its segments in this channel, beginning with all that it has. */
export function setStatsChannel(
  { node }: OldApiParts,
  reports: NodeReports,
): NonNullable<OldApiHandlers['setStatsChannel']> {
  return ({ channelID }) => {
    node.state.requireHealthy();
    reports.tellStatistics(named(channelID));
    return {};
  };
}

/** @throws Invalid for a text that is no name of a channel */
export function named(channelID: string): string {
  if (!/^[\w.-]{1,249}$/.test(channelID))
    throw new Invalid(
      `"${channelID}" is no channel: name one with letters, digits, dots, underscores and dashes`,
    );
  return channelID;
}
