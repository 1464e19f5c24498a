import type { LegacyCall } from './call.ts';

/** Rows of all healthy segments of a collection, as text. */
export const getCollectionStatistics: LegacyCall<'getCollectionStatistics'> =
  ({ meta }) =>
  ({ collectionID }) => ({
    stats: [{ key: 'row_count', value: String(meta.rows(meta.segments.ofCollection(collectionID))) }],
  });

/** Rows of one partition, as text. */
export const getPartitionStatistics: LegacyCall<'getPartitionStatistics'> =
  ({ meta }) =>
  ({ collectionID, partitionID }) => {
    const segments = meta.segments.ofCollection(collectionID);
    const rows = meta.rows(segments.filter((segment) => segment.partitionID === partitionID));
    return { stats: [{ key: 'row_count', value: String(rows) }] };
  };

/** Rows of all healthy segments of a collection, as a number. */
export const getCount: LegacyCall<'getCount'> =
  ({ meta }) =>
  ({ collectionID }) => ({ count: BigInt(meta.rows(meta.segments.ofCollection(collectionID))) });
