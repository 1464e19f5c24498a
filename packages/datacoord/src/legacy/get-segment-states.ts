import { common, legacy, statusFromError } from '@millrace/proto';
import { segmentNotFound } from '../meta/meta.ts';
import type { LegacyCall } from './call.ts';
import { oldPosition, oldSegmentState, oldTimes } from './old-words.ts';

/** Where each segment is: its state, when it reached it, and between which positions its saved rows lie. */
export const getSegmentStates: LegacyCall<'getSegmentStates'> =
  ({ meta }) =>
  ({ segmentIDs }) => ({
    states: segmentIDs.map((segmentID) => {
      const segment = meta.segments.get(segmentID);
      const state = oldSegmentState(segment);
      if (segment === undefined || state === legacy.SegmentState.SegmentNotExist)
        return legacy.SegmentStateInfo.fromPartial({
          segmentID,
          state,
          status: statusFromError(segmentNotFound(segmentID)),
        });
      const { created, sealed, flushed } = oldTimes(segment);
      return {
        segmentID,
        state,
        createTime: created,
        sealedTime: sealed,
        flushedTime: flushed,
        startPosition: oldPosition(segment.startPosition),
        endPosition: oldPosition(segment.dmlPosition),
        status: common.Status.fromPartial({}),
      };
    }),
  });
