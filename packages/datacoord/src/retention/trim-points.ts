import { pchannelOf } from '@millrace/core';

/** A virtual channel and the message its reader would start at now. */
export interface ChannelStart {
  readonly channel: string;
  /** undefined: unknown, so everything is needed. */
  readonly msgID: Uint8Array | undefined;
}

/**
 * Up to which message each physical channel may forget: the smallest start of all virtual channels in it. One whose start is unknown keeps
 * everything. Physical channels without virtual ones are left alone: a collection may just be being created there.
 */
export function trimPoints(
  channels: Iterable<ChannelStart>,
  compare: (a: Uint8Array, b: Uint8Array) => number,
): ReadonlyMap<string, Uint8Array> {
  const points = new Map<string, Uint8Array>();
  const kept = new Set<string>();
  for (const { channel, msgID } of channels) {
    const pchannel = pchannelOf(channel);
    if (msgID === undefined || msgID.length === 0) kept.add(pchannel);
    else {
      const before = points.get(pchannel);
      if (before === undefined || compare(msgID, before) < 0) points.set(pchannel, msgID);
    }
  }
  for (const pchannel of kept) points.delete(pchannel);
  return points;
}
