import { isHealthy } from '@millrace/core';
import { droppedSegment } from '../meta/drop-segment.ts';
import type { Call } from './call.ts';

/**
 * Drops segments; unknown ones count as dropped. Unlike the original's it survives a restart, and a server that does not know its segments yet
 * says so: Success would leave those of a failed import behind. Source: spec datacoord §2.29.
 */
export const markSegmentsDropped: Call<'markSegmentsDropped'> =
  ({ component, meta, lifecycle, clock }) =>
  async ({ segmentIds }) => {
    if (segmentIds.length > 0) component.requireHealthy();
    for (const id of segmentIds) {
      if (meta.segments.get(id) === undefined) continue;
      await meta.change(id, (segment) =>
        isHealthy(segment.state) ? droppedSegment(segment, clock.now()) : segment,
      );
      lifecycle.close(id);
    }
    return {};
  };
