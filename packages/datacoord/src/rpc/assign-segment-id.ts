import { Internal, isTransient } from '@millrace/core';
import { common, type data } from '@millrace/proto';
import { describeError } from '@millrace/runtime';
import type { Coordinator } from '../coordinator.ts';
import type { Allocated, AllocationRequest } from '../segments/allocator.ts';
import type { Call } from './call.ts';

const noStart = { positions: [], schema: undefined } as const;
const success = common.Status.fromPartial({});

/**
 * Rows for segments, item by item. An item that cannot be served is left out of the answer, as peers expect; the log says why. When none can
 * be served for a reason that passes, the answer says which: whoever writes learns what to do. Source: spec datacoord §2.3.
 */
export const assignSegmentID: Call<'assignSegmentId'> = (coordinator) => (request) => {
  const now: data.SegmentIDAssignment[] = [];
  const later: Promise<data.SegmentIDAssignment[] | Error>[] = [];
  for (const item of request.segmentIDRequests) {
    const assigned = assignNow(coordinator, item);
    if (assigned === undefined) later.push(assign(coordinator, item));
    else now.push(assigned);
  }
  return later.length === 0 ? { segIDAssignments: now } : together(now, later);
};

async function together(
  now: readonly data.SegmentIDAssignment[],
  later: readonly Promise<data.SegmentIDAssignment[] | Error>[],
): Promise<{ segIDAssignments: data.SegmentIDAssignment[] }> {
  const items = await Promise.all(later);
  const segIDAssignments = [...now, ...items.flatMap((item) => (item instanceof Error ? [] : item))];
  if (segIDAssignments.length === 0) {
    const passing = items.find((item) => item instanceof Error && isTransient(item));
    if (passing instanceof Error) throw passing;
  }
  return { segIDAssignments };
}

/** Without waiting for anything, where that is possible. */
function assignNow(
  { channels, allocator }: Coordinator,
  { collectionID, partitionID, channelName: channel, count: rows, isImport }: data.SegmentIDRequest,
): data.SegmentIDAssignment | undefined {
  if (isImport || !channels.knows(channel)) return undefined;
  const request = { collectionID, partitionID, channel, rows };
  const allocated = allocator.allocateNow(request);
  return allocated && assignment(request, allocated);
}

function assignment(
  { collectionID, partitionID, channel }: AllocationRequest,
  { segmentID, rows, expireTime }: Allocated,
): data.SegmentIDAssignment {
  return {
    segID: segmentID,
    channelName: channel,
    count: rows,
    collectionID,
    partitionID,
    expireTime,
    status: success,
  };
}

async function assign(
  coordinator: Coordinator,
  item: data.SegmentIDRequest,
): Promise<data.SegmentIDAssignment[] | Error> {
  const { collectionID, partitionID, channelName: channel } = item;
  try {
    if (!coordinator.channels.knows(channel)) {
      await coordinator.collections.get(collectionID);
      await coordinator.channels.watch(channel, collectionID, noStart);
    }
    const request = { collectionID, partitionID, channel, rows: item.count };
    const { allocator } = coordinator;
    const allocated = await (item.isImport ? allocator.allocateImport(request) : allocator.allocate(request));
    return allocated.map((each) => assignment(request, each));
  } catch (error) {
    coordinator.log.warn(
      { collectionID, partitionID, channel, error: describeError(error) },
      'segment not assigned',
    );
    return error instanceof Error ? error : new Internal(String(error));
  }
}
