import { type ChannelNames, dmlChannel, Invalid } from '@millrace/core';

/** Collections per physical channel. */
export type ChannelUsage = ReadonlyMap<string, number>;

export function usageOf(collections: Iterable<{ readonly pchannels: readonly string[] }>): ChannelUsage {
  const usage = new Map<string, number>();
  for (const { pchannels } of collections)
    for (const channel of pchannels) usage.set(channel, (usage.get(channel) ?? 0) + 1);
  return usage;
}

/** Distinct physical channels for the shards of a collection: the least used, the first of these. Pure. */
export function channelsFor(
  shardsNum: number,
  channelNum: number,
  names: ChannelNames,
  usage: ChannelUsage,
): string[] {
  if (shardsNum > channelNum)
    throw new Invalid(`${shardsNum} shards need as many channels, there are ${channelNum}: ask for fewer`);
  const channels = Array.from({ length: channelNum }, (_, index) => dmlChannel(names, index));
  const used = (channel: string) => usage.get(channel) ?? 0;
  // The sort is stable, so equals stay in the order of their numbers.
  return channels.sort((a, b) => used(a) - used(b)).slice(0, shardsNum);
}
