import type { DataCoordCalls, RootCoordCalls } from '@millrace/datanode';
import { common, data, milvus, type schema } from '@millrace/proto';

const success: common.Status = { errorCode: common.ErrorCode.Success, reason: '' };

/** Counts ids up; describes one collection. */
export function rootCoord(collection?: schema.CollectionSchema): RootCoordCalls {
  let next = 1_000_000n;
  return {
    allocId: async ({ count = 0 }) => {
      const ID = next;
      next += BigInt(count);
      return { status: success, ID, count };
    },
    allocTimestamp: async ({ count = 1 }) => ({ status: success, timestamp: 1n, count }),
    describeCollectionInternal: async () =>
      milvus.DescribeCollectionResponse.fromPartial({
        status: success,
        ...(collection === undefined ? {} : { schema: collection }),
      }),
    reportImport: async () => success,
  };
}

/** What a DataNode told its DataCoord. */
export interface Saved {
  rows: bigint;
  readonly flushed: Set<bigint>;
}

/** Accepts everything; calls `onSave` after each batch. */
export function dataCoord(onSave: (saved: Saved) => void): DataCoordCalls {
  const rows = new Map<bigint, bigint>();
  let nextSegment = 1n;
  const saved: Saved = { rows: 0n, flushed: new Set() };
  return {
    getSegmentInfo: async () => ({ status: success, infos: [], channelCheckpoint: {} }),
    getRecoveryInfoV2: async () => ({ status: success, channels: [], segments: [] }),
    saveBinlogPaths: async ({ segmentID = 0n, checkPoints = [], flushed = false }) => {
      for (const { numOfRows } of checkPoints) rows.set(segmentID, numOfRows ?? 0n);
      saved.rows = [...rows.values()].reduce((sum, count) => sum + count, 0n);
      if (flushed) saved.flushed.add(segmentID);
      onSave(saved);
      return success;
    },
    updateChannelCheckpoint: async () => success,
    dropVirtualChannel: async () => ({ status: success }),
    assignSegmentId: async ({ segmentIDRequests = [] }) => ({
      status: success,
      segIDAssignments: segmentIDRequests.map((request) =>
        data.SegmentIDAssignment.fromPartial({
          channelName: request.channelName ?? '',
          count: request.count ?? 0,
          segID: nextSegment++,
          status: success,
        }),
      ),
    }),
    updateSegmentStatistics: async () => success,
    saveImportSegment: async () => success,
  };
}
