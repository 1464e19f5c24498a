import { isHealthy } from '@millrace/core';
import { segmentNotFound } from '../meta/meta.ts';
import { segmentInfo } from '../meta/segment.ts';
import type { LegacyCall } from './call.ts';

/** Insert logs of a segment by field, in stored order. */
export const getInsertBinlogPaths: LegacyCall<'getInsertBinlogPaths'> =
  ({ meta, settings }) =>
  ({ segmentID }) => {
    const segment = meta.segments.get(segmentID);
    if (segment === undefined || !isHealthy(segment.state)) throw segmentNotFound(segmentID);
    const { binlogs } = segmentInfo(segment, settings.objectRoot);
    return {
      fieldIDs: binlogs.map(({ fieldID }) => fieldID),
      paths: binlogs.map((field) => ({
        values: field.binlogs.map(({ logPath }) => logPath),
        status: undefined,
      })),
    };
  };
