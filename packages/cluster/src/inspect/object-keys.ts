import { logKinds, logObjectKey } from '@millrace/storage';
import type { SegmentRecord } from './catalog.ts';

/** The keys of all objects that a segment's metadata names. */
export function objectKeysOf(objectRoot: string, segment: SegmentRecord): string[] {
  const { collectionID, partitionID, ID: segmentID } = segment.info;
  return logKinds.flatMap((kind) =>
    segment[kind].flatMap(({ fieldID, binlogs }) =>
      binlogs.map(({ logID }) =>
        logObjectKey(objectRoot, { kind, collectionID, partitionID, segmentID, fieldID, logID }),
      ),
    ),
  );
}
