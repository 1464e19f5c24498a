import { segmentStateName } from '@millrace/core';
import { type internal, legacy } from '@millrace/proto';
import type { StateName } from '../component-state.ts';
import type { Segment } from '../meta/segment.ts';

const { SegmentState, StateCode } = legacy;

/** Today's state of a segment among the five of then. What is being flushed has all its rows in binlogs already. */
export function oldSegmentState(segment: Segment | undefined): legacy.SegmentState {
  if (segment === undefined) return SegmentState.SegmentNotExist;
  switch (segmentStateName(segment.state)) {
    case 'growing':
    case 'importing':
      return SegmentState.SegmentGrowing;
    case 'sealed':
      return SegmentState.SegmentSealed;
    case 'flushing':
    case 'flushed':
      return SegmentState.SegmentFlushed;
    case 'none':
    case 'not-exist':
    case 'dropped':
      return SegmentState.SegmentNotExist;
  }
}

/** Message ids were text then: today's bytes go in base64. */
export function oldPosition(position: internal.MsgPosition | undefined): legacy.MsgPosition | undefined {
  if (position === undefined) return undefined;
  const { channelName, msgID, timestamp } = position;
  return { channelName, msgID: msgID.toString('base64'), timestamp };
}

/**
 * The times a segment reached its states, hybrid, 0 for those it did not. Nothing stores them as such: it is created with its first row, sealed
 * behind the last row that it was promised, flushed as of its last saved row.
 */
export function oldTimes(segment: Segment): {
  readonly created: bigint;
  readonly sealed: bigint;
  readonly flushed: bigint;
} {
  const state = oldSegmentState(segment);
  const isFlushed = state === SegmentState.SegmentFlushed;
  return {
    created: segment.startPosition?.timestamp ?? 0n,
    sealed: isFlushed || state === SegmentState.SegmentSealed ? segment.lastExpireTime : 0n,
    flushed: isFlushed ? (segment.dmlPosition?.timestamp ?? 0n) : 0n,
  };
}

export function oldStateCode(state: StateName): legacy.StateCode {
  switch (state) {
    case 'Initializing':
    case 'StandBy':
      return StateCode.INITIALIZING;
    case 'Healthy':
      return StateCode.HEALTHY;
    case 'Abnormal':
    case 'Stopping':
      return StateCode.ABNORMAL;
  }
}
