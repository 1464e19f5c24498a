import { Invalid } from '../errors.ts';

/** Segments that one request may open. The original opens any number, and is busy with them for minutes. */
const openedMax = 1_000;

/** A growing segment as the allocation sees it. */
export interface AllocationCandidate<Id> {
  readonly id: Id;
  readonly maxRows: number;
  /** Rows saved plus rows promised to writers whose allocations have not expired. */
  readonly takenRows: number;
}

/** Where the rows of one request go: together exactly as many as were asked for. */
export interface AllocationPlan<Id> {
  /** Rows of each segment to open. */
  readonly opened: readonly number[];
  /** At most one existing segment takes the remainder. */
  readonly existing: { readonly id: Id; readonly rows: number } | undefined;
}

/**
 * Spreads `rows` over segments: full new segments while the request exceeds one, then the first candidate with room for the rest, then one
 * more new segment. Nothing is taken apart below a segment. Source: spec datacoord §3.4.
 * @throws Invalid for more rows than a thousand segments take
 */
export function planAllocation<Id>(
  rows: number,
  maxRowsPerSegment: number,
  candidates: Iterable<AllocationCandidate<Id>>,
): AllocationPlan<Id> {
  if (rows > openedMax * maxRowsPerSegment)
    throw new Invalid(
      `${rows} rows take more than ${openedMax} segments of ${maxRowsPerSegment}: ask for at most ${openedMax * maxRowsPerSegment} at a time`,
    );
  const opened: number[] = [];
  let rest = rows;
  while (rest >= maxRowsPerSegment) {
    opened.push(maxRowsPerSegment);
    rest -= maxRowsPerSegment;
  }
  if (rest <= 0) return { opened, existing: undefined };
  for (const candidate of candidates) {
    if (candidate.maxRows - candidate.takenRows >= rest)
      return { opened, existing: { id: candidate.id, rows: rest } };
  }
  opened.push(rest);
  return { opened, existing: undefined };
}
