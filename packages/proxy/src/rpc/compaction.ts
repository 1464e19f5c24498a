import type { Call } from './call.ts';

/** Compaction is DataCoord's: its calls are passed on as they are. */
export const manualCompaction: Call<'manualCompaction'> = (parts) => (request) =>
  parts.dataCoord.manualCompaction(request);

export const getCompactionState: Call<'getCompactionState'> = (parts) => (request) =>
  parts.dataCoord.getCompactionState(request);

export const getCompactionStateWithPlans: Call<'getCompactionStateWithPlans'> = (parts) => (request) =>
  parts.dataCoord.getCompactionStateWithPlans(request);
