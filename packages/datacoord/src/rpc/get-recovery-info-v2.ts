import { data } from '@millrace/proto';
import { segmentInfo } from '../meta/segment.ts';
import type { Call } from './call.ts';
import { recoveryInfo } from './recovery-info.ts';

/** Any partitions, or all where none is named. Source: spec datacoord §10.1. */
export const getRecoveryInfoV2: Call<'getRecoveryInfoV2'> = (coordinator) => async (request) => {
  const { channels, segments } = await recoveryInfo(coordinator, request.collectionID, request.partitionIDs);
  return {
    channels,
    segments: segments.map((segment) => {
      const { ID, partitionID, collectionID, insertChannel, numOfRows, binlogs, statslogs, deltalogs } =
        segmentInfo(segment, coordinator.settings.objectRoot);
      const bare = data.SegmentInfo.fromPartial({ ID, partitionID, collectionID, insertChannel, numOfRows });
      return { ...bare, binlogs, statslogs, deltalogs };
    }),
  };
};
