import { type Clock, composeTimestamp, Unavailable } from '@millrace/core';
import { common, data, index, milvus, rootcoord, type schema } from '@millrace/proto';
import type { ClientOf } from '@millrace/runtime';
import type { DataNodeCalls } from '../channels/data-nodes.ts';
import type { IndexCoordCalls } from '../indexing/indexes.ts';

export interface RecordedCollection {
  readonly schema: schema.CollectionSchema;
  readonly channels: readonly string[];
  readonly startPositions?: readonly common.KeyDataPair[];
}

/** The RootCoord of a recording: knows the collections it is told of, and tells the time of the replay. */
export class RecordedRootCoord {
  readonly collections = new Map<bigint, RecordedCollection>();
  isRunning = true;
  private nextID = 7_000_000_000n;
  private logical = 0n;
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get calls(): ClientOf<typeof rootcoord.RootCoordService> {
    const calls: Partial<ClientOf<typeof rootcoord.RootCoordService>> = {
      allocId: async ({ count = 1 }) => {
        this.mustRun();
        const ID = this.nextID;
        this.nextID += BigInt(count);
        return rootcoord.AllocIDResponse.fromPartial({ status: {}, ID, count });
      },
      allocTimestamp: async () => {
        this.mustRun();
        const timestamp = composeTimestamp(Math.trunc(this.clock.now())) + this.logical++;
        return rootcoord.AllocTimestampResponse.fromPartial({ status: {}, timestamp, count: 1 });
      },
      showCollections: async () => {
        this.mustRun();
        const collectionIds = [...this.collections.keys()];
        return milvus.ShowCollectionsResponse.fromPartial({ status: {}, collectionIds });
      },
      describeCollectionInternal: async ({ collectionID = 0n }) => {
        this.mustRun();
        const known = this.collections.get(collectionID);
        if (known === undefined) {
          const errorCode = common.ErrorCode.CollectionNotExists;
          const reason = `can't find collection: ${collectionID}`;
          return milvus.DescribeCollectionResponse.fromPartial({ status: { errorCode, reason } });
        }
        return milvus.DescribeCollectionResponse.fromPartial({
          status: {},
          collectionID,
          schema: known.schema,
          virtualChannelNames: [...known.channels],
          startPositions: [...(known.startPositions ?? [])],
        });
      },
    };
    // A peer of a recording answers only what it was asked there.
    return calls as ClientOf<typeof rootcoord.RootCoordService>;
  }

  private mustRun(): void {
    if (!this.isRunning) throw new Unavailable('no rootcoord is registered: start one, or wait for it');
  }
}

interface NodeCall {
  readonly call: string;
  readonly request: unknown;
}

/** The DataNode of a recording: keeps what it is asked until the replay takes it, and says of its plans what the recorded one said. */
export class RecordedNode {
  private readonly asked: NodeCall[] = [];
  private plans: bigint[] = [];
  private results: readonly data.CompactionStateResult[] = [];
  /** Of AddImportSegment. */
  channelPos: Buffer = Buffer.alloc(0);
  isRunning = true;
  /** Its own JSON. */
  metrics = '{}';

  /** The first call of that name that fits, waited for and taken away. */
  async take<Request>(
    clock: Clock,
    call: string,
    fits: (request: Request) => boolean,
    deadlineMs = 5_000,
  ): Promise<Request> {
    for (let waitedMs = 0; waitedMs < deadlineMs; waitedMs += pollMs) {
      // Whoever names a call knows its request.
      const at = this.asked.findIndex((one) => one.call === call && fits(one.request as Request));
      if (at >= 0) return this.asked.splice(at, 1)[0]?.request as Request;
      await clock.sleep(pollMs);
    }
    throw new Error(
      `${call} was not called within ${deadlineMs} ms as recorded; left: ${this.left.join(', ')}`,
    );
  }

  /** What it was asked and nobody took. */
  get left(): readonly string[] {
    return this.asked.map(({ call }) => call);
  }

  finish(results: readonly data.CompactionStateResult[]): void {
    this.results = results;
  }

  get calls(): DataNodeCalls {
    const keep = (call: string, request: unknown) => {
      if (!this.isRunning) throw new Unavailable('connect ECONNREFUSED');
      this.asked.push({ call, request });
    };
    const calls: Partial<DataNodeCalls> = {
      getComponentStates: async () => {
        if (!this.isRunning) throw new Unavailable('connect ECONNREFUSED');
        return milvus.ComponentStates.fromPartial({ status: {}, state: { stateCode: 1 } });
      },
      flushSegments: async (partial) => {
        keep('FlushSegments', data.FlushSegmentsRequest.fromPartial(partial));
        return common.Status.create();
      },
      compaction: async (partial) => {
        const plan = data.CompactionPlan.fromPartial(partial);
        keep('Compaction', plan);
        this.plans.push(plan.planID);
        return common.Status.create();
      },
      getCompactionState: async () => {
        const done = new Set(this.results.map(({ planID }) => planID));
        const running = this.plans.filter((planID) => !done.has(planID));
        const results = [
          ...running.map((planID) => ({ planID, state: common.CompactionState.Executing })),
          ...this.results,
        ];
        return data.CompactionStateResponse.fromPartial({ status: {}, results });
      },
      syncSegments: async (partial) => {
        const request = data.SyncSegmentsRequest.fromPartial(partial);
        keep('SyncSegments', request);
        this.plans = this.plans.filter((planID) => planID !== request.planID);
        this.results = this.results.filter(({ planID }) => planID !== request.planID);
        return common.Status.create();
      },
      import: async (partial) => {
        keep('Import', data.ImportTaskRequest.fromPartial(partial));
        return common.Status.create();
      },
      addImportSegment: async (partial) => {
        keep('AddImportSegment', data.AddImportSegmentRequest.fromPartial(partial));
        return data.AddImportSegmentResponse.fromPartial({ status: {}, channelPos: this.channelPos });
      },
      getMetrics: async () => {
        if (!this.isRunning) throw new Unavailable('connect ECONNREFUSED');
        return milvus.GetMetricsResponse.fromPartial({ status: {}, response: this.metrics });
      },
      resendSegmentStats: async () => data.ResendSegmentStatsResponse.fromPartial({ status: {} }),
    };
    // A peer of a recording answers only what it was asked there.
    return calls as DataNodeCalls;
  }
}

const pollMs = 5;

/** An IndexCoord whose collections have a vector field 101 and no index on disk. @param indexed segments whose index is built */
export function recordedIndexCoord(indexed: ReadonlySet<bigint>): IndexCoordCalls {
  return {
    getIndexInfos: async ({ segmentIDs = [] }) => {
      const built = segmentIDs.filter((id) => indexed.has(id));
      const info = index.SegmentInfo.fromPartial({ indexInfos: [{ fieldID: 101n }] });
      return {
        ...index.GetIndexInfoResponse.fromPartial({ status: {} }),
        segmentInfo: new Map(built.map((id) => [id, info])),
      };
    },
    describeIndex: async () => index.DescribeIndexResponse.fromPartial({ status: {} }),
  };
}
