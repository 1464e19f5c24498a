import type { Call } from './call.ts';

/** Whether nothing is left of a collection, or of one of its partitions (-1 for all). Source: spec datacoord §2.32. */
export const gcConfirm: Call<'gcConfirm'> =
  ({ meta }) =>
  (request) => ({
    gcFinished: !meta.segments
      .ofCollection(request.collectionId)
      .some(({ partitionID }) => request.partitionId < 0n || partitionID === request.partitionId),
  });
