import type { TransitionTable } from './state-machine.ts';

/** Milvus' segment states, by the numbers of `common.SegmentState`. */
export const segmentStates = {
  none: 0,
  'not-exist': 1,
  growing: 2,
  sealed: 3,
  flushed: 4,
  flushing: 5,
  dropped: 6,
  importing: 7,
} as const;

/** States a segment can be in. `importing` is the growing of a segment that is filled from files. */
export type SegmentStateName = 'growing' | 'sealed' | 'flushing' | 'flushed' | 'dropped' | 'importing';

/**
 * Source: spec datacoord §3.1. Flushed never goes back; what is dropped stays dropped. The original passes through Flushing on the way to
 * Flushed, in two writes; we take the last step in the write that saves the last binlogs, and finish what the original left Flushing.
 */
export const segmentTransitions: TransitionTable<SegmentStateName> = {
  growing: ['sealed', 'flushing', 'flushed', 'dropped'],
  importing: ['sealed', 'flushing', 'flushed', 'dropped'],
  sealed: ['flushing', 'flushed', 'dropped'],
  flushing: ['flushed', 'dropped'],
  flushed: ['dropped'],
  dropped: [],
};

const names = new Map<number, SegmentStateName | 'none' | 'not-exist'>(
  (Object.keys(segmentStates) as (keyof typeof segmentStates)[]).map((name) => [segmentStates[name], name]),
);

/** The state of that number; `none` for one that no state has. */
export function segmentStateName(state: number): SegmentStateName | 'none' | 'not-exist' {
  return names.get(state) ?? 'none';
}

/** Healthy in Milvus' sense: it exists and was not dropped. Source: spec datacoord §2. */
export function isHealthy(state: number): boolean {
  return (
    state !== segmentStates.none && state !== segmentStates['not-exist'] && state !== segmentStates.dropped
  );
}

/** Every row of the segment is in its binlogs. */
export function isDurable(state: number): boolean {
  return state === segmentStates.flushing || state === segmentStates.flushed;
}
