import { isHealthy, NotFound } from '@millrace/core';
import { type Segment, segmentInfo } from '../meta/segment.ts';
import type { Call } from './call.ts';

/** Insert logs by field, in stored order. Source: spec datacoord §2.5. */
export const getInsertBinlogPaths: Call<'getInsertBinlogPaths'> =
  ({ meta, settings }) =>
  (request) => {
    const segment = meta.segments.get(request.segmentID);
    if (segment === undefined || !isHealthy(segment.state)) throw new NotFound('segment not found');
    return insertLogPaths(segment, settings.objectRoot);
  };

/** What both this call and that of the older Data Service answer. */
export function insertLogPaths(segment: Segment, objectRoot: string) {
  const { binlogs } = segmentInfo(segment, objectRoot);
  return {
    fieldIDs: binlogs.map(({ fieldID }) => fieldID),
    paths: binlogs.map((field) => ({
      values: field.binlogs.map(({ logPath }) => logPath),
      status: undefined,
    })),
  };
}
