import { common, type data } from '@millrace/proto';
import { describeError } from '@millrace/runtime';
import type { Coordinator } from '../coordinator.ts';
import type { Call } from './call.ts';

const noStart = { positions: [], schema: undefined } as const;
const success = common.Status.fromPartial({});

/**
 * Rows for segments, item by item. An item that cannot be served is left out of the answer, as peers expect; the log says why.
 * Source: spec datacoord §2.3.
 */
export const assignSegmentID: Call<'assignSegmentId'> = (coordinator) => async (request) => {
  const items = await Promise.all(request.segmentIDRequests.map((item) => assign(coordinator, item)));
  return { segIDAssignments: items.flat() };
};

async function assign(
  coordinator: Coordinator,
  item: data.SegmentIDRequest,
): Promise<data.SegmentIDAssignment[]> {
  const { collectionID, partitionID, channelName: channel } = item;
  try {
    if (coordinator.channels.owner(channel) === undefined) {
      await coordinator.collections.get(collectionID);
      await coordinator.channels.watch(channel, collectionID, noStart);
    }
    const request = { collectionID, partitionID, channel, rows: item.count };
    const { allocator } = coordinator;
    const allocated = await (item.isImport ? allocator.allocateImport(request) : allocator.allocate(request));
    return allocated.map(({ segmentID, rows, expireTime }) => ({
      segID: segmentID,
      channelName: channel,
      count: rows,
      collectionID,
      partitionID,
      expireTime,
      status: success,
    }));
  } catch (error) {
    coordinator.log.warn(
      { collectionID, partitionID, channel, error: describeError(error) },
      'segment not assigned',
    );
    return [];
  }
}
