import { logKinds } from '@millrace/storage';
import type { Segment } from '../meta/segment.ts';
import { toFieldBinlogs } from '../meta/segment-logs.ts';

/** The keys of all objects that the segment's metadata names. */
export function pathsOf(segment: Segment, objectRoot: string): string[] {
  const owner = {
    collectionID: segment.collectionID,
    partitionID: segment.partitionID,
    segmentID: segment.id,
  };
  return logKinds.flatMap((kind) =>
    toFieldBinlogs(objectRoot, kind, owner, segment.logs[kind]).flatMap(({ binlogs }) =>
      binlogs.map(({ logPath }) => logPath),
    ),
  );
}
