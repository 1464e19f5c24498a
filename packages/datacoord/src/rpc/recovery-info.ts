import { isDurable } from '@millrace/core';
import { common, type data } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import type { Coordinator } from '../coordinator.ts';
import type { Segment } from '../meta/segment.ts';
import { channelSegments, earliestSegmentPosition, startPosition, vchannelInfo } from '../meta/watch-info.ts';

export interface RecoveryInfo {
  readonly channels: data.VchannelInfo[];
  /** Flushed segments with binlogs, in the order of the channels. */
  readonly segments: Segment[];
}

/** What a query node needs to serve a collection (its partitions, where some are named). Source: spec datacoord §10.1 to §10.4. */
export async function recoveryInfo(
  coordinator: Coordinator,
  collectionID: bigint,
  partitionIDs: readonly bigint[],
): Promise<RecoveryInfo> {
  const collection = checked(
    await coordinator.rootCoord.describeCollectionInternal({
      base: common.MsgBase.fromPartial({ msgType: common.MsgType.DescribeCollection }),
      collectionID,
    }),
  );
  const channels: data.VchannelInfo[] = [];
  const segments: Segment[] = [];
  for (const channel of collection.virtualChannelNames) {
    const ofChannel = coordinator.meta.segments.ofChannel(channel);
    const listed = channelSegments(ofChannel, partitionIDs);
    const seek =
      coordinator.meta.checkpoint(channel) ??
      earliestSegmentPosition(ofChannel) ??
      startPosition(channel, collection.startPositions);
    channels.push(vchannelInfo(collectionID, channel, seek, listed));
    for (const id of listed.flushed) {
      const segment = coordinator.meta.segments.get(id);
      if (segment !== undefined && isDurable(segment.state) && segment.logs.insert.length > 0)
        segments.push(segment);
    }
  }
  return { channels, segments };
}
