import type { Call } from './call.ts';

/** Gives a lock back; one that is not held is given back already. Source: spec datacoord §2.26. */
export const releaseSegmentLock: Call<'releaseSegmentLock'> =
  ({ locks }) =>
  async ({ taskID, nodeID }) => {
    await locks.release(taskID, nodeID);
    return {};
  };
