import { common, data, type internal, milvus, rootcoord, type schema } from '@millrace/proto';
import type { DataCoordCalls, RootCoordCalls } from '../node-world.ts';

const success: common.Status = { errorCode: common.ErrorCode.Success, reason: '' };

/** Ids and timestamps in memory; it describes one collection, and keeps what it is told of imports. */
export class FakeRootCoord {
  next = 1_000_000n;
  nextTimestamp = 1n;
  collection: schema.CollectionSchema | undefined;
  readonly reports: rootcoord.ImportResult[] = [];
  /** Called before a call takes effect; throws or returns a status to answer with. */
  before: (call: string) => common.Status | undefined = () => undefined;
  readonly calls: RootCoordCalls = {
    allocId: async ({ count = 0 }) => {
      const ID = this.next;
      this.next += BigInt(count);
      return { status: success, ID, count };
    },
    allocTimestamp: async ({ count = 1 }) => ({
      status: this.before('allocTimestamp') ?? success,
      timestamp: this.nextTimestamp,
      count,
    }),
    describeCollectionInternal: async () =>
      milvus.DescribeCollectionResponse.fromPartial({
        status: success,
        ...(this.collection === undefined ? {} : { schema: this.collection }),
      }),
    reportImport: async (result) => {
      const status = this.before('reportImport');
      if (status !== undefined) return status;
      this.reports.push(rootcoord.ImportResult.fromPartial(result));
      return success;
    },
  };
}

/**
 * A DataCoord that keeps what it is told, as the original does: SaveBinlogPaths appends, positions only move on. `fail` makes the next calls
 * of a name fail before or after they took effect.
 */
export class FakeDataCoord {
  readonly segments = new Map<bigint, data.SegmentInfo>();
  readonly checkpoints = new Map<string, internal.MsgPosition>();
  readonly saves: data.SaveBinlogPathsRequest[] = [];
  readonly drops: data.DropVirtualChannelRequest[] = [];
  readonly imported: data.SaveImportSegmentRequest[] = [];
  readonly assigned: data.SegmentIDRequest[] = [];
  readonly rowCounts: data.SegmentStats[] = [];
  private nextSegment = 9_000n;
  /** Called before a call takes effect, and behind it; throws or returns a status to answer with. */
  before: (call: string) => Promise<common.Status | undefined> | common.Status | undefined = () => undefined;
  after: (call: string) => void = () => undefined;

  readonly calls: DataCoordCalls = {
    getSegmentInfo: async ({ segmentIDs = [] }) => {
      const status = await this.before('getSegmentInfo');
      const missing = segmentIDs.find((id) => !this.segments.has(id));
      const infos = segmentIDs.flatMap((id) => this.segments.get(id) ?? []);
      const base = { channelCheckpoint: {} };
      if (status !== undefined) return { ...base, status, infos: [] };
      if (missing !== undefined) {
        const reason = `failed to get segment ${missing}`;
        return { ...base, status: { errorCode: common.ErrorCode.UnexpectedError, reason }, infos: [] };
      }
      return { ...base, status: success, infos: structuredClone(infos) };
    },
    getRecoveryInfoV2: async ({ collectionID = 0n }) => {
      const status = await this.before('getRecoveryInfoV2');
      if (status !== undefined) return { status, channels: [], segments: [] };
      const names = new Set([...this.segments.values()].map(({ insertChannel }) => insertChannel));
      const channels = [...names].map((name) => this.vchannel(collectionID, name, undefined));
      return { status: success, channels, segments: [] };
    },
    saveBinlogPaths: async (partial) => {
      const request = data.SaveBinlogPathsRequest.fromPartial(partial);
      const status = await this.before('saveBinlogPaths');
      if (status !== undefined) return status;
      const segment = this.segments.get(request.segmentID);
      if (segment === undefined)
        return { errorCode: common.ErrorCode.SegmentNotFound, reason: 'failed to get segment' };
      if (segment.state === common.SegmentState.Dropped) return success;
      this.saves.push(request);
      this.apply(segment, request);
      this.after('saveBinlogPaths');
      return success;
    },
    updateChannelCheckpoint: async ({ vChannel = '', position }) => {
      const status = await this.before('updateChannelCheckpoint');
      if (status !== undefined) return status;
      const stored = this.checkpoints.get(vChannel);
      if (position !== undefined && (stored === undefined || position.timestamp > stored.timestamp))
        this.checkpoints.set(vChannel, position);
      return success;
    },
    dropVirtualChannel: async (partial) => {
      const status = await this.before('dropVirtualChannel');
      if (status !== undefined) return { status };
      this.drops.push(data.DropVirtualChannelRequest.fromPartial(partial));
      return { status: success };
    },
    assignSegmentId: async ({ segmentIDRequests = [] }) => {
      const status = await this.before('assignSegmentId');
      if (status !== undefined) return { status, segIDAssignments: [] };
      this.assigned.push(...segmentIDRequests);
      const segIDAssignments = segmentIDRequests.map(({ channelName, collectionID, partitionID, count }) => {
        const ID = this.nextSegment++;
        const { Importing } = common.SegmentState;
        this.allocate({
          ID,
          collectionID,
          partitionID,
          insertChannel: channelName,
          state: Importing,
          isImporting: true,
        });
        const assignment = { segID: ID, channelName, count, collectionID, partitionID, status: success };
        return data.SegmentIDAssignment.fromPartial(assignment);
      });
      return { status: success, segIDAssignments };
    },
    updateSegmentStatistics: async ({ stats = [] }) => {
      this.rowCounts.push(...stats);
      return success;
    },
    saveImportSegment: async (partial) => {
      const status = await this.before('saveImportSegment');
      if (status !== undefined) return status;
      const request = data.SaveImportSegmentRequest.fromPartial(partial);
      const segment = this.segments.get(request.segmentId);
      if (segment === undefined || request.saveBinlogPathReq === undefined)
        return { errorCode: common.ErrorCode.UnexpectedError, reason: 'no segment, or no logs' };
      this.imported.push(request);
      this.apply(segment, request.saveBinlogPathReq);
      this.after('saveImportSegment');
      return success;
    },
  };

  /** What AssignSegmentID leaves behind. */
  allocate(segment: Partial<data.SegmentInfo> & { readonly ID: bigint }): void {
    this.segments.set(
      segment.ID,
      data.SegmentInfo.fromPartial({ state: common.SegmentState.Growing, ...segment }),
    );
  }

  /** Puts a result in the place of its sources, as CompleteCompaction of the original does: delta logs the plan did not know go along. */
  swap(plan: data.CompactionPlan, result: data.CompactionResult): data.SyncSegmentsRequest {
    const known = new Set(
      plan.segmentBinlogs.flatMap(({ deltalogs }) =>
        deltalogs.flatMap(({ binlogs }) => binlogs.map((log) => log.logPath)),
      ),
    );
    const compactedFrom = plan.segmentBinlogs.map(({ segmentID }) => segmentID);
    const sources = compactedFrom.flatMap((segmentID) => this.segments.get(segmentID) ?? []);
    const late = sources.flatMap(({ deltalogs }) =>
      deltalogs.map(({ fieldID, binlogs }) => ({
        fieldID,
        binlogs: binlogs.filter(({ logPath }) => !known.has(logPath)),
      })),
    );
    for (const source of sources) source.state = common.SegmentState.Dropped;
    if (result.numOfRows > 0n)
      this.segments.set(
        result.segmentID,
        data.SegmentInfo.fromPartial({
          ...sources[0],
          ID: result.segmentID,
          state: common.SegmentState.Flushed,
          numOfRows: result.numOfRows,
          binlogs: result.insertLogs,
          statslogs: result.field2StatslogPaths,
          deltalogs: [...result.deltalogs, ...late],
          compactionFrom: compactedFrom,
        }),
      );
    return {
      planID: plan.planID,
      compactedTo: result.segmentID,
      numOfRows: result.numOfRows,
      compactedFrom,
      statsLogs: result.field2StatslogPaths,
    };
  }

  /** The plan that merges these segments, as they are now. */
  plan(
    planID: bigint,
    channel: string,
    segmentIDs: readonly bigint[],
    more: Partial<data.CompactionPlan> = {},
  ) {
    return data.CompactionPlan.fromPartial({
      planID,
      channel,
      type: data.CompactionType.MixCompaction,
      timeoutInSeconds: 60,
      timetravel: (1n << 63n) - 1n,
      segmentBinlogs: segmentIDs.map((segmentID) => {
        const info = this.segments.get(segmentID);
        return {
          segmentID,
          fieldBinlogs: info?.binlogs ?? [],
          field2StatslogPaths: info?.statslogs ?? [],
          deltalogs: structuredClone(info?.deltalogs ?? []),
        };
      }),
      ...more,
    });
  }

  /** The assignment a new owner of the channel gets. */
  vchannel(
    collectionID: bigint,
    channelName: string,
    first: internal.MsgPosition | undefined,
  ): data.VchannelInfo {
    const own = [...this.segments.values()].filter(({ insertChannel }) => insertChannel === channelName);
    const ids = (accepts: (state: number) => boolean) =>
      own.filter(({ state }) => accepts(state)).map(({ ID }) => ID);
    const { Flushed, Dropped } = common.SegmentState;
    return data.VchannelInfo.fromPartial({
      collectionID,
      channelName,
      seekPosition: this.checkpoints.get(channelName) ?? first,
      unflushedSegmentIds: ids((state) => state !== Flushed && state !== Dropped),
      flushedSegmentIds: ids((state) => state === Flushed),
      droppedSegmentIds: ids((state) => state === Dropped),
    });
  }

  private apply(segment: data.SegmentInfo, request: data.SaveBinlogPathsRequest): void {
    segment.binlogs = merged(segment.binlogs, request.field2BinlogPaths);
    segment.statslogs = merged(segment.statslogs, request.field2StatslogPaths);
    segment.deltalogs = merged(segment.deltalogs, request.deltalogs);
    for (const { segmentID, startPosition } of request.startPositions) {
      const started = this.segments.get(segmentID);
      if (started !== undefined && startPosition !== undefined && startPosition.msgID.length > 0)
        started.startPosition = startPosition;
    }
    for (const { position, numOfRows } of request.checkPoints) {
      if (position === undefined || position.timestamp <= (segment.dmlPosition?.timestamp ?? 0n)) continue;
      segment.dmlPosition = position;
      segment.numOfRows = numOfRows;
    }
    if (request.flushed) segment.state = common.SegmentState.Flushed;
    if (request.dropped) segment.state = common.SegmentState.Dropped;
  }
}

function merged(stored: readonly data.FieldBinlog[], added: readonly data.FieldBinlog[]): data.FieldBinlog[] {
  const fields = new Map(stored.map(({ fieldID, binlogs }) => [fieldID, [...binlogs]]));
  for (const { fieldID, binlogs } of added) fields.set(fieldID, [...(fields.get(fieldID) ?? []), ...binlogs]);
  return Array.from(fields, ([fieldID, binlogs]) => ({ fieldID, binlogs }));
}
