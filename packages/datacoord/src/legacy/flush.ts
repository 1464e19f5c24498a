import type { LegacyCall } from './call.ts';

/** Seals the growing segments of a collection; their nodes flush them as soon as no more rows can come. */
export const flush: LegacyCall<'flush'> =
  ({ lifecycle }) =>
  async ({ collectionID }) => {
    await lifecycle.sealAll(collectionID, [], false);
    return {};
  };
