import {
  Conflict,
  isHealthy,
  NotFound,
  type SegmentStateName,
  segmentStateName,
  segmentStates,
} from '@millrace/core';
import { droppedSegment } from '../meta/drop-segment.ts';
import { move } from '../meta/save-binlog-paths.ts';
import type { Call } from './call.ts';

/**
 * Moves a segment along its states. Unlike the original, which takes every state for every segment, only where the state machine leads: a step
 * back would lose rows. Dropping an unknown segment is done already. Source: spec datacoord §2.12.
 */
export const setSegmentState: Call<'setSegmentState'> =
  ({ meta, lifecycle, clock }) =>
  async ({ segmentId, newState }) => {
    const known = meta.segments.get(segmentId);
    if (known === undefined) {
      if (newState === segmentStates.dropped) return {};
      throw new NotFound(`segment is not exist with ID = ${segmentId}`);
    }
    const to = segmentStateName(newState);
    if (to === 'none' || to === 'not-exist')
      throw new Conflict(`segment ${segmentId} cannot become ${to}: name a state that segments have`);
    // From this moment on it gets no more rows.
    if (to === 'sealed') await lifecycle.seal(segmentId, 'set');
    const changed = await meta.change(segmentId, (segment) => {
      if (segment.state === newState) return segment;
      return to === 'dropped'
        ? droppedSegment(segment, clock.now())
        : segment.with({ state: move(segment, to) });
    });
    if (!isOpenState(to) || !isHealthy(changed.state)) lifecycle.close(segmentId);
    return {};
  };

function isOpenState(state: SegmentStateName): boolean {
  return state === 'growing' || state === 'sealed' || state === 'importing';
}
