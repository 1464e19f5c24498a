import type { Call } from './call.ts';
import { requireCompaction } from './require-compaction.ts';

/** A result that its DataNode brings by itself, as those of 2.1 do. Source: spec datacoord §2.17. */
export const completeCompaction: Call<'completeCompaction'> = (coordinator) => async (request, context) => {
  requireCompaction(coordinator);
  await coordinator.compactionRunner.complete(request.planID, request, context.signal);
  return {};
};
