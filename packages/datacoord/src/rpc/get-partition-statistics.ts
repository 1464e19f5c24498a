import type { Call } from './call.ts';

/** Rows by partition; the whole collection where none is named; a partition named twice counts twice. Source: spec datacoord §2.6. */
export const getPartitionStatistics: Call<'getPartitionStatistics'> =
  ({ meta }) =>
  (request) => {
    const segments = meta.segments.ofCollection(request.collectionID);
    const rows =
      request.partitionIDs.length === 0
        ? meta.rows(segments)
        : request.partitionIDs.reduce(
            (sum, id) => sum + meta.rows(segments.filter((s) => s.partitionID === id)),
            0,
          );
    return { stats: [{ key: 'row_count', value: String(rows) }] };
  };
