import type { Call } from './call.ts';

/** Row counts that a node reports outside of its ticks; unknown segments are passed over. Source: spec datacoord §2.24. */
export const updateSegmentStatistics: Call<'updateSegmentStatistics'> =
  ({ lifecycle }) =>
  ({ stats }) => {
    for (const { SegmentID, NumRows } of stats) lifecycle.reportRows(SegmentID, Number(NumRows));
    return {};
  };
