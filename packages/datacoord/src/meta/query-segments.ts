import { isDurable, segmentStates } from '@millrace/core';
import type { Segment } from './segment.ts';
import type { SegmentTable } from './segment-table.ts';

/** Segments of a channel that a query node may be told of: those with a position that are not being imported. Source: spec datacoord §10.3. */
export function readable(segments: Iterable<Segment>, partitionIDs: readonly bigint[]): Segment[] {
  const wanted = new Set(partitionIDs.filter((id) => id > 0n));
  return [...segments].filter(
    (segment) =>
      (wanted.size === 0 || wanted.has(segment.partitionID)) && !segment.isImporting && segment.hasPosition,
  );
}

/** Which segments have their vector index. */
export type Indexed = Pick<ReadonlySet<bigint>, 'has'>;

export interface QuerySegments {
  readonly unflushed: readonly Segment[];
  readonly flushed: readonly Segment[];
  readonly dropped: readonly Segment[];
}

/**
 * What a query node loads: an indexed segment from its index, every other living one from its binlogs. A compacted segment that is not indexed
 * yet is replaced by those it was made of, as long as all of them are still there, so that what was indexed stays so. Pure.
 * Source: spec datacoord §10.3, with the rule of later versions for parents that are gone.
 */
export function querySegments(
  segments: readonly Segment[],
  indexed: Indexed,
  table: Pick<SegmentTable, 'get'>,
): QuerySegments {
  const dropped: Segment[] = [];
  const flushed: Segment[] = [];
  const unflushed: Segment[] = [];
  for (const segment of segments) {
    if (segment.state === segmentStates.dropped) dropped.push(segment);
    else if (isDurable(segment.state) && indexed.has(segment.id)) flushed.push(segment);
    else unflushed.push(segment);
  }
  const listed = { unflushed, flushed, dropped };
  return unflushed.some(({ hasLineage }) => hasLineage) ? withParents(listed, indexed, table) : listed;
}

function withParents(
  listed: QuerySegments,
  indexed: Indexed,
  table: Pick<SegmentTable, 'get'>,
): QuerySegments {
  const dropped = new Set(listed.dropped);
  const flushed = new Set(listed.flushed);
  const unflushed = [...listed.unflushed];
  const growing = new Set<Segment>();
  for (let segment = unflushed.pop(); segment !== undefined; segment = unflushed.pop()) {
    const parents = segment.compactionFrom.map((id) => table.get(id));
    if (parents.length === 0 || parents.some((parent) => parent === undefined)) {
      growing.add(segment);
      continue;
    }
    for (const parent of parents) {
      if (parent === undefined) continue;
      dropped.delete(parent);
      if (indexed.has(parent.id)) flushed.add(parent);
      else unflushed.push(parent);
    }
  }
  return { unflushed: [...growing], flushed: [...flushed], dropped: [...dropped] };
}
