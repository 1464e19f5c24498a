import type { Call } from './call.ts';
import { requireCompaction } from './require-compaction.ts';

/**
 * Compacts a collection now; the answer comes when its plans are made. Collection 0 is none: unlike in the original it does not stand for all.
 * Source: spec datacoord §2.18.
 */
export const manualCompaction: Call<'manualCompaction'> = (coordinator) => async (request) => {
  requireCompaction(coordinator);
  return { compactionID: await coordinator.compactor.compact(request.collectionID) };
};
