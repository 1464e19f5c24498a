import type { Timestamp } from '../timestamp.ts';

/** Why a dropped segment stays: the word in the log and in `millrace show garbage`. */
export type KeptBecause = 'young' | 'locked' | 'replayed' | 'serves-for-child';

/** A dropped segment, as far as its removal depends on it. */
export interface DroppedView {
  /** Unix milliseconds; 0 where its writer did not say: then it is old. */
  readonly droppedAtMs: number;
  /** Some task reads its objects. */
  readonly locked: boolean;
  /** Its channel is still read, so a new owner may start before rows of this segment. */
  readonly channelLives: boolean;
  /** Up to where its rows are in its binlogs, and where a new owner of its channel starts; 0 for none. */
  readonly savedUntil: Timestamp;
  readonly checkpoint: Timestamp;
  /** The segment it was compacted into is there and has no index yet: readers get this one instead. */
  readonly childUnindexed: boolean;
}

/**
 * Why the segment and its objects must stay, undefined when nothing needs them any more. A segment that a replay of its channel would still
 * meet must be known as dropped, else its rows came back. Source: spec datacoord §8.1.
 */
export function keptBecause(
  segment: DroppedView,
  nowMs: number,
  dropToleranceMs: number,
): KeptBecause | undefined {
  if (segment.droppedAtMs > 0 && nowMs - segment.droppedAtMs <= dropToleranceMs) return 'young';
  if (segment.locked) return 'locked';
  if (segment.channelLives && segment.savedUntil > segment.checkpoint) return 'replayed';
  return segment.childUnindexed ? 'serves-for-child' : undefined;
}

/**
 * Whether an object that no metadata names may go. A sync uploads before its metadata names the object, so a young one may belong to it; the
 * tolerance must be longer than any sync takes. Source: spec datacoord §8.2.
 */
export function isOrphan(lastModifiedMs: number, nowMs: number, missingToleranceMs: number): boolean {
  return nowMs - lastModifiedMs > missingToleranceMs;
}
