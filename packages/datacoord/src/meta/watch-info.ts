import { isDurable, pchannelOf, segmentStates } from '@millrace/core';
import { type common, data, internal } from '@millrace/proto';
import type { Segment } from './segment.ts';

export interface ChannelSegments {
  readonly unflushed: bigint[];
  readonly flushed: bigint[];
  readonly dropped: bigint[];
}

/**
 * The segments that the DataNode of the channel has to know. A segment without any position was never saved: replaying the channel creates it
 * anew. Importing ones have one once their rows are saved; unlike the original's, a node that takes the channel over before the import ends
 * knows them too: it can flush them, and deletes reach them. Source: spec datacoord §10.5.
 */
export function channelSegments(
  segments: Iterable<Segment>,
  partitionIDs: readonly bigint[] = [],
): ChannelSegments {
  const wanted = new Set(partitionIDs.filter((id) => id > 0n));
  const result: ChannelSegments = { unflushed: [], flushed: [], dropped: [] };
  for (const segment of segments) {
    if (wanted.size > 0 && !wanted.has(segment.partitionID)) continue;
    if (!segment.hasPosition) continue;
    if (segment.state === segmentStates.dropped) result.dropped.push(segment.id);
    else if (isDurable(segment.state)) result.flushed.push(segment.id);
    else result.unflushed.push(segment.id);
  }
  return result;
}

/** Where a reader of the channel starts when it has no checkpoint: the earliest position of a living segment. Source: spec datacoord §10.4. */
export function earliestSegmentPosition(segments: Iterable<Segment>): internal.MsgPosition | undefined {
  let earliest: Segment | undefined;
  let timestamp = 0n;
  for (const segment of segments) {
    if (segment.state === segmentStates.dropped || segment.isImporting || !segment.hasPosition) continue;
    const own = segment.readFromTimestamp;
    if (earliest !== undefined && own >= timestamp) continue;
    earliest = segment;
    timestamp = own;
  }
  return earliest?.dmlPosition ?? earliest?.startPosition;
}

export function vchannelInfo(
  collectionID: bigint,
  channel: string,
  seekPosition: internal.MsgPosition | undefined,
  segments: ChannelSegments,
): data.VchannelInfo {
  return data.VchannelInfo.fromPartial({
    collectionID,
    channelName: channel,
    seekPosition,
    unflushedSegmentIds: segments.unflushed,
    flushedSegmentIds: segments.flushed,
    droppedSegmentIds: segments.dropped,
  });
}

/** The collection's first message in the physical channel, which RootCoord told. Source: spec datacoord §10.4. */
export function startPosition(
  channel: string,
  positions: readonly common.KeyDataPair[],
): internal.MsgPosition | undefined {
  const pchannel = pchannelOf(channel);
  const found = positions.find(({ key }) => key === pchannel);
  return found === undefined
    ? undefined
    : internal.MsgPosition.fromPartial({ channelName: channel, msgID: found.data });
}
