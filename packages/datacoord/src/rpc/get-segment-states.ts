import { isHealthy, segmentStates } from '@millrace/core';
import { data } from '@millrace/proto';
import type { Call } from './call.ts';

/** Unknown and dropped segments do not exist. Source: spec datacoord §2.4. */
export const getSegmentStates: Call<'getSegmentStates'> =
  ({ meta }) =>
  (request) => ({
    states: request.segmentIDs.map((segmentID) => {
      const segment = meta.segments.get(segmentID);
      if (segment === undefined || !isHealthy(segment.state)) {
        return data.SegmentStateInfo.fromPartial({ segmentID, state: segmentStates['not-exist'] });
      }
      const { state, startPosition } = segment;
      return { ...data.SegmentStateInfo.fromPartial({ segmentID, state }), startPosition };
    }),
  });
