import { Internal, type UniqueID } from '@millrace/core';
import { common, data } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import type { OutputLogs } from '../compaction/write-outputs.ts';
import { byField } from '../sync/sync-files.ts';
import { callOptions, type ImportJob, insist } from './import-job.ts';

/** DataCoord asks the node of the segment's channel, which may just be recovering it. */
const saveDeadlineMs = 30_000;

/** A segment of DataCoord's that this import fills: nobody sees its rows before all of them are there. */
export class ImportSegment {
  readonly segmentID: UniqueID;
  readonly channel: string;
  rows = 0;
  /** Of its columns, in memory. */
  bytes = 0;
  private readonly job: ImportJob;
  private readonly logs: OutputLogs[] = [];

  private constructor(job: ImportJob, segmentID: UniqueID, channel: string) {
    this.job = job;
    this.segmentID = segmentID;
    this.channel = channel;
  }

  /** Source: spec datanode-and-formats §10.5, step 3. */
  static async allocate(job: ImportJob, channel: string): Promise<ImportSegment> {
    const { collectionId: collectionID, partitionId: partitionID } = job.task;
    const request = data.SegmentIDRequest.fromPartial({
      count: 1,
      channelName: channel,
      collectionID,
      partitionID,
      isImport: true,
    });
    const answer = await insist(job, async () =>
      checked(
        await job.node.dataCoord.assignSegmentId(
          { nodeID: 0n, peerRole: 'proxy', segmentIDRequests: [request] },
          callOptions(job),
        ),
      ),
    );
    const [assigned] = answer.segIDAssignments;
    if (assigned === undefined)
      throw new Internal(
        `DataCoord assigns no segment for channel ${channel}: its log says why; import again`,
      );
    return new ImportSegment(job, checked(assigned).segID, channel);
  }

  /** Tells DataCoord the rows so far, these included. */
  async count(rows: number): Promise<void> {
    this.rows += rows;
    const stats = [data.SegmentStats.fromPartial({ SegmentID: this.segmentID, NumRows: BigInt(this.rows) })];
    await insist(this.job, async () =>
      checked(await this.job.node.dataCoord.updateSegmentStatistics({ stats }, callOptions(this.job))),
    );
  }

  add(logs: OutputLogs, bytes: number): void {
    this.logs.push(logs);
    this.bytes += bytes;
  }

  /** Makes what was written part of the segment's metadata; it stays an importing one. Source: spec datanode-and-formats §10.5, step 6. */
  async save(): Promise<void> {
    const { node, signal } = this.job;
    const request = this.saveRequest();
    await insist(this.job, async () =>
      checked(await node.dataCoord.saveImportSegment(request, { signal, deadlineMs: saveDeadlineMs })),
    );
  }

  private saveRequest(): data.SaveImportSegmentRequest {
    const { node, task, timestamp } = this.job;
    const { segmentID: segmentId, channel: channelName } = this;
    const { collectionId, partitionId } = task;
    const base = common.MsgBase.fromPartial({ timestamp, sourceID: node.nodeID });
    return data.SaveImportSegmentRequest.fromPartial({
      base,
      segmentId,
      channelName,
      collectionId,
      partitionId,
      rowNum: BigInt(this.rows),
      saveBinlogPathReq: {
        base,
        segmentID: segmentId,
        collectionID: collectionId,
        field2BinlogPaths: byField(this.logs.flatMap(({ insertLogs }) => insertLogs)),
        field2StatslogPaths: byField(this.logs.flatMap(({ statsLogs }) => statsLogs)),
        startPositions: [{ segmentID: segmentId, startPosition: { channelName, timestamp } }],
        importing: true,
      },
    });
  }
}
