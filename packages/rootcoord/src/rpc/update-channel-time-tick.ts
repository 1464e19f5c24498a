import { Invalid } from '@millrace/core';
import { common, type internal } from '@millrace/proto';
import type { TickLedger } from '../tick/tick-ledger.ts';
import { requireMessageType } from './message-type.ts';

/** Takes a proxy's promise that it has published everything up to these timestamps. */
export function updateChannelTimeTick(
  ledger: TickLedger,
  { base, channelNames, timestamps, defaultTimestamp }: internal.ChannelTimeTickMsg,
): Partial<common.Status> {
  requireMessageType(base, common.MsgType.TimeTick);
  if (channelNames.length !== timestamps.length)
    throw new Invalid(
      `${channelNames.length} channels with ${timestamps.length} timestamps: send one for each`,
    );
  const channels = new Map(channelNames.map((channel, at) => [channel, timestamps[at] ?? 0n]));
  ledger.report(base?.sourceID ?? 0n, { channels, defaultTimestamp });
  return {};
}
