import { move } from './save-binlog-paths.ts';
import type { Segment } from './segment.ts';

/** The segment as dropped now. @param nowMs unix milliseconds */
export function droppedSegment(segment: Segment, nowMs: number): Segment {
  return segment.with({
    state: move(segment, 'dropped'),
    droppedAt: BigInt(Math.trunc(nowMs)) * 1_000_000n,
  });
}
