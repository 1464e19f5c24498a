import type { LegacyCall } from './call.ts';
import { oldPosition, oldSegmentState, oldTimes } from './old-words.ts';

/** Segments without their logs: all of them, or the first that does not exist fails the call. */
export const getSegmentInfo: LegacyCall<'getSegmentInfo'> =
  ({ meta }) =>
  ({ segmentIDs }) => ({
    infos: segmentIDs.map((segmentID) => {
      const segment = meta.healthy(segmentID);
      const { created, sealed, flushed } = oldTimes(segment);
      return {
        segmentID,
        collectionID: segment.collectionID,
        partitionID: segment.partitionID,
        insertChannel: segment.channel,
        openTime: created,
        sealedTime: sealed,
        flushedTime: flushed,
        numRows: BigInt(segment.rows),
        // Nobody measures it.
        memSize: 0n,
        state: oldSegmentState(segment),
        startPosition: oldPosition(segment.startPosition),
        endPosition: oldPosition(segment.dmlPosition),
      };
    }),
  });
