import { isHealthy } from '@millrace/core';
import { droppedSegment } from '../meta/drop-segment.ts';
import type { Call } from './call.ts';

/** Drops segments; unknown ones count as dropped. Unlike the original's it survives a restart. Source: spec datacoord §2.29. */
export const markSegmentsDropped: Call<'markSegmentsDropped'> =
  ({ meta, lifecycle, clock }) =>
  async ({ segmentIds }) => {
    for (const id of segmentIds) {
      if (meta.segments.get(id) === undefined) continue;
      await meta.change(id, (segment) =>
        isHealthy(segment.state) ? droppedSegment(segment, clock.now()) : segment,
      );
      lifecycle.close(id);
    }
    return {};
  };
