import { segmentStates, type Timestamp } from '@millrace/core';
import { common, data, milvus } from '@millrace/proto';
import type { ClientOf } from '@millrace/runtime';

type DataCoord = ClientOf<typeof data.DataCoordService>;

interface Segment {
  readonly id: bigint;
  readonly collectionID: bigint;
  readonly partitionID: bigint;
  readonly channel: string;
  rows: number;
  flushed: boolean;
}

const success: common.Status = { errorCode: common.ErrorCode.Success, reason: '' };
const farFuture: Timestamp = 2n ** 62n;

/** DataCoord as a proxy sees it: segments of at most `segmentRowsMax` rows, and counts of what was assigned. */
export class FakeDataCoord {
  segmentRowsMax = 1_000_000;
  nextSegmentID = 9_000n;
  readonly segments: Segment[] = [];

  readonly client: DataCoord = this.served() as DataCoord;

  private served(): Partial<DataCoord> {
    return {
      assignSegmentId: async ({ segmentIDRequests = [] }) =>
        data.AssignSegmentIDResponse.fromPartial({
          status: success,
          segIDAssignments: segmentIDRequests.flatMap((request) => this.assign(request)),
        }),
      flush: async ({ collectionID = 0n }) => {
        const sealed = this.of(collectionID).filter(({ flushed }) => !flushed);
        for (const segment of sealed) segment.flushed = true;
        const segmentIDs = sealed.map(({ id }) => id);
        return data.FlushResponse.fromPartial({ status: success, collectionID, segmentIDs, timeOfSeal: 7n });
      },
      getFlushState: async ({ segmentIDs = [] }) =>
        milvus.GetFlushStateResponse.fromPartial({
          status: success,
          flushed: this.segments.every(({ id, flushed }) => flushed || !segmentIDs.includes(id)),
        }),
      getCollectionStatistics: async ({ collectionID = 0n }) =>
        data.GetCollectionStatisticsResponse.fromPartial({
          status: success,
          stats: rowCount(this.of(collectionID)),
        }),
      getPartitionStatistics: async ({ collectionID = 0n, partitionIDs = [] }) =>
        data.GetPartitionStatisticsResponse.fromPartial({
          status: success,
          stats: rowCount(
            this.of(collectionID).filter(({ partitionID }) => partitionIDs.includes(partitionID)),
          ),
        }),
      getSegmentsByStates: async ({ collectionID = 0n }) =>
        data.GetSegmentsByStatesResponse.fromPartial({
          status: success,
          segments: this.of(collectionID).flatMap(({ id, flushed }) => (flushed ? [id] : [])),
        }),
      getSegmentInfo: async ({ segmentIDs = [] }) =>
        data.GetSegmentInfoResponse.fromPartial({
          status: success,
          infos: this.segments
            .filter(({ id }) => segmentIDs.includes(id))
            .map(({ id, rows, collectionID, partitionID }) => ({
              ID: id,
              numOfRows: BigInt(rows),
              collectionID,
              partitionID,
              state: segmentStates.flushed,
            })),
        }),
    };
  }

  private of(collection: bigint): Segment[] {
    return this.segments.filter(({ collectionID }) => collectionID === collection);
  }

  private assign({ collectionID, partitionID, channelName, count }: data.SegmentIDRequest) {
    const assigned: Partial<data.SegmentIDAssignment>[] = [];
    for (let missing = count; missing > 0; ) {
      const segment = this.openSegment(collectionID, partitionID, channelName);
      const rows = Math.min(missing, this.segmentRowsMax - segment.rows);
      segment.rows += rows;
      missing -= rows;
      assigned.push({
        segID: segment.id,
        channelName,
        collectionID,
        partitionID,
        count: rows,
        expireTime: farFuture,
        status: success,
      });
    }
    return assigned;
  }

  private openSegment(collectionID: bigint, partitionID: bigint, channel: string): Segment {
    const open = this.segments.find(
      (segment) =>
        segment.collectionID === collectionID &&
        segment.partitionID === partitionID &&
        segment.channel === channel &&
        segment.rows < this.segmentRowsMax &&
        !segment.flushed,
    );
    if (open !== undefined) return open;
    const fresh = { id: this.nextSegmentID++, collectionID, partitionID, channel, rows: 0, flushed: false };
    this.segments.push(fresh);
    return fresh;
  }
}

function rowCount(segments: readonly Segment[]) {
  return [{ key: 'row_count', value: String(segments.reduce((sum, { rows }) => sum + rows, 0)) }];
}
