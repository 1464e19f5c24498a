import { isHealthy } from '@millrace/core';
import type { Call } from './call.ts';

/** Healthy segments in one of the states; a partition below 1 stands for all. Source: spec datacoord §2.14. */
export const getSegmentsByStates: Call<'getSegmentsByStates'> =
  ({ meta }) =>
  (request) => ({
    segments: meta.segments
      .ofCollection(request.collectionID)
      .filter(({ partitionID }) => request.partitionID <= 0n || partitionID === request.partitionID)
      .filter(({ state }) => isHealthy(state) && request.states.includes(state))
      .map(({ id }) => id),
  });
