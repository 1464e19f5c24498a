import { isDurable, physicalMs } from '@millrace/core';
import type { Call } from './call.ts';

/** Seals the growing segments of a collection; their nodes flush them as soon as no more rows can come. Source: spec datacoord §2.2. */
export const flush: Call<'flush'> = (coordinator) => async (request) => {
  const sealedAt = await coordinator.hybridClock.exact().catch(() => 0n);
  const sealed = await coordinator.lifecycle.sealAll(
    request.collectionID,
    request.segmentIDs,
    request.isImport,
  );
  const listed = new Set(sealed);
  return {
    dbID: request.dbID,
    collectionID: request.collectionID,
    segmentIDs: sealed,
    flushSegmentIDs: coordinator.meta.segments
      .ofCollection(request.collectionID)
      .filter((segment) => isDurable(segment.state) && !listed.has(segment.id))
      .map(({ id }) => id),
    timeOfSeal: BigInt(Math.trunc(physicalMs(sealedAt) / 1000)),
  };
};
