import { isHealthy } from '@millrace/core';
import type { LegacyCall } from './call.ts';

/** Segments of a collection that exist; a partition below 1 stands for all. */
export const showSegments: LegacyCall<'showSegments'> =
  ({ meta }) =>
  ({ collectionID, partitionID }) => ({
    segmentIDs: meta.segments
      .ofCollection(collectionID)
      .filter((segment) => isHealthy(segment.state))
      .filter((segment) => partitionID <= 0n || segment.partitionID === partitionID)
      .map(({ id }) => id),
  });
