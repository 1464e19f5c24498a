import type { Call } from './call.ts';

/** Rows of all healthy segments; growing ones count what is saved. Source: spec datacoord §2.6. */
export const getCollectionStatistics: Call<'getCollectionStatistics'> =
  ({ meta }) =>
  (request) => ({
    stats: [{ key: 'row_count', value: String(meta.rows(meta.segments.ofCollection(request.collectionID))) }],
  });
