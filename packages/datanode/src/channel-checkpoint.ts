import { earliestPosition, type Position } from '@millrace/core';

/** What a segment still holds that no metadata names: the start of its buffers and of each sync under way. */
export interface UnsyncedView {
  readonly insertStart: Position | undefined;
  readonly deleteStart: Position | undefined;
  readonly syncStarts: Iterable<Position>;
}

/**
 * Where a new owner of the channel must start reading so that no row and no delete is lost: the earliest start position of anything not
 * saved, else the end of the last pack. It never passes a delete that is not in a saved delta log. Source: spec datanode-and-formats §4.10.
 */
export function channelCheckpoint(segments: Iterable<UnsyncedView>, packEnd: Position): Position {
  let earliest: Position | undefined;
  for (const { insertStart, deleteStart, syncStarts } of segments) {
    earliest = earliestPosition([earliest, insertStart, deleteStart, ...syncStarts]);
  }
  return earliest ?? packEnd;
}
