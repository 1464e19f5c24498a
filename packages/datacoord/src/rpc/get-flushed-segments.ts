import { isDurable, segmentStates } from '@millrace/core';
import type { Call } from './call.ts';

/** Flushed segments of a collection; a partition below 1 stands for all. Source: spec datacoord §2.13. */
export const getFlushedSegments: Call<'getFlushedSegments'> =
  ({ meta }) =>
  (request) => ({
    segments: meta.segments
      .ofCollection(request.collectionID)
      .filter(({ partitionID }) => request.partitionID <= 0n || partitionID === request.partitionID)
      .filter(
        ({ state }) => isDurable(state) || (request.includeUnhealthy && state === segmentStates.dropped),
      )
      .filter(
        ({ startPosition }) =>
          request.timeBefore === 0n || (startPosition?.timestamp ?? 0n) <= request.timeBefore,
      )
      .map(({ id }) => id),
  });
