import { insertLogPaths } from '../rpc/get-insert-binlog-paths.ts';
import type { LegacyCall } from './call.ts';

/** Insert logs of a segment by field, in stored order. */
export const getInsertBinlogPaths: LegacyCall<'getInsertBinlogPaths'> =
  ({ meta, settings }) =>
  ({ segmentID }) =>
    insertLogPaths(meta.healthy(segmentID), settings.objectRoot);
