import { isDurable, isHealthy } from '@millrace/core';
import type { Call } from './call.ts';

/** Whether every listed segment is durable. Unknown ids count: they were compacted away or dropped. Source: spec datacoord §2.21. */
export const getFlushState: Call<'getFlushState'> =
  ({ meta }) =>
  (request) => ({
    flushed: request.segmentIDs.every((id) => {
      const segment = meta.segments.get(id);
      return segment === undefined || !isHealthy(segment.state) || isDurable(segment.state);
    }),
  });
