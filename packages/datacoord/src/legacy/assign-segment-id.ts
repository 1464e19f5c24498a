import { NotFound } from '@millrace/core';
import { common, data, legacy, statusFromError } from '@millrace/proto';
import type { CallContext } from '@millrace/runtime';
import { assignSegmentID as assignToday } from '../rpc/assign-segment-id.ts';
import type { LegacyCall } from './call.ts';

const success = common.Status.fromPartial({});

/** Rows for segments, item by item: one that cannot be served says why in its own status, as the older callers read it. */
export const assignSegmentID: LegacyCall<'assignSegmentId'> = (coordinator) => {
  const today = assignToday(coordinator);
  const assign = async (
    item: legacy.SegIDRequest,
    context: CallContext,
  ): Promise<legacy.SegIDAssignment[]> => {
    const { count, channelName, collectionID, partitionID, collName, partitionName } = item;
    const asked = data.SegmentIDRequest.fromPartial({ count, channelName, collectionID, partitionID });
    const named = { channelName, collectionID, partitionID, collName, partitionName };
    try {
      const { segIDAssignments = [] } = await today(
        { ...data.AssignSegmentIDRequest.create(), segmentIDRequests: [asked] },
        context,
      );
      if (segIDAssignments.length === 0)
        throw new NotFound(
          `no segment for ${count} rows of collection ${collectionID} in ${channelName}: ask GetInsertChannels for its channels, and for fewer rows`,
        );
      return segIDAssignments.map(({ segID, count: rows, expireTime }) => ({
        ...named,
        segID,
        count: rows,
        expireTime,
        status: success,
      }));
    } catch (error) {
      return [legacy.SegIDAssignment.fromPartial({ ...named, status: statusFromError(error) })];
    }
  };
  return async ({ segIDRequests }, context) => ({
    segIDAssignments: (await Promise.all(segIDRequests.map((item) => assign(item, context)))).flat(),
  });
};
