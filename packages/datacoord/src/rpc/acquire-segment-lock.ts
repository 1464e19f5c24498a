import type { Call } from './call.ts';

/** Keeps the segments' objects while a task of that node reads them. Source: spec datacoord §2.26. */
export const acquireSegmentLock: Call<'acquireSegmentLock'> =
  ({ locks }) =>
  async ({ taskID, nodeID, segmentIDs }) => {
    await locks.acquire(taskID, nodeID, segmentIDs);
    return {};
  };
