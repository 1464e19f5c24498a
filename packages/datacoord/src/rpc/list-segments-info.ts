import { segmentNotFound } from '../meta/meta.ts';
import { segmentInfo } from '../meta/segment.ts';
import type { Call } from './call.ts';

/** Segments without their logs, all or none. Source: spec datacoord §2.8. */
export const listSegmentsInfo: Call<'listSegmentsInfo'> =
  ({ meta, settings }) =>
  (request) => ({
    infos: request.segmentIDs.map((id) => {
      const segment = request.includeUnHealthy ? meta.segments.get(id) : meta.healthy(id);
      if (segment === undefined) throw segmentNotFound(id);
      return { ...segmentInfo(segment, settings.objectRoot), binlogs: [], statslogs: [], deltalogs: [] };
    }),
  });
