import { composeTimestamp, dataCoordTimeTickChannel, silentLogger } from '@millrace/core';
import { MemoryMetaStore, type MetaKeys, metaKeys, registerSession, type Session } from '@millrace/metastore';
import { common, data, type internal, milvus, rootcoord, schema } from '@millrace/proto';
import {
  type ClientOf,
  connect,
  type RpcClient,
  realClock,
  realRandom,
  type StateCode,
  stateCodes,
} from '@millrace/runtime';
import { MemoryObjectStore } from '@millrace/storage';
import { MemoryStream } from '@millrace/stream';
import type { DataNodeCalls } from '../channels/data-nodes.ts';
import { type DataCoordComponents, runDataCoord } from '../server.ts';
import { type DataCoordSettings, defaultDataCoordSettings } from '../settings.ts';

export const collectionID = 449_000_000_000_000_001n;
export const partitionID = 449_000_000_000_000_002n;
export const channel = `by-dev-rootcoord-dml_0_${collectionID}v0`;

/** Vectors of 128: a row is estimated at 528 bytes, so a segment of 1 MiB takes 1985. */
export const collectionSchema = schema.CollectionSchema.fromPartial({
  name: 'digits',
  fields: [
    { fieldID: 100n, name: 'id', isPrimaryKey: true, dataType: schema.DataType.Int64 },
    {
      fieldID: 101n,
      name: 'vector',
      dataType: schema.DataType.FloatVector,
      typeParams: [{ key: 'dim', value: '126' }],
    },
    { fieldID: 0n, name: 'RowID', dataType: schema.DataType.Int64 },
    { fieldID: 1n, name: 'Timestamp', dataType: schema.DataType.Int64 },
  ],
});
export const rowsPerSegment = Math.floor((1024 * 1024) / (8 + 126 * 4 + 16));

/** What the coordinator asked of a DataNode. */
export interface FakeNode {
  readonly session: Session;
  readonly flushed: bigint[];
  /** Segments it says it has rows of when asked to resend. */
  has: bigint[];
  /** What it says of itself; undefined for no answer. */
  stateCode: StateCode | undefined;
  /** Plans it was given and lists as running, or as done where there is a result. */
  readonly plans: Map<bigint, data.CompactionPlan>;
  readonly results: Map<bigint, data.CompactionResult>;
  /** Whether it takes none of the plans it is given. */
  refusesPlans: boolean;
  /** What it was told to put in the place of what. */
  readonly swaps: data.SyncSegmentsRequest[];
  /** Imports and import segments it was given. */
  readonly imports: data.ImportTaskRequest[];
  readonly added: data.AddImportSegmentRequest[];
  /** Its answer to AddImportSegment. */
  addsImport: () => Promise<Partial<data.AddImportSegmentResponse>> | Partial<data.AddImportSegmentResponse>;
}

/** A DataCoord on an in-memory store and log, with a RootCoord and DataNodes that only record. */
export class Harness {
  readonly store: MemoryMetaStore;
  readonly stream = new MemoryStream();
  readonly objects = new MemoryObjectStore({ clock: realClock });
  readonly keys: MetaKeys = metaKeys();
  readonly nodes = new Map<string, FakeNode>();
  readonly rootCoordCalls: string[] = [];
  /** What RootCoord says of the collection. */
  properties: common.KeyValuePair[] = [];
  /** Of the coordinator that runs now. */
  address = '';
  private client: RpcClient<typeof data.DataCoordService> | undefined;
  private stop = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private nextID = 1_000n;

  constructor() {
    this.store = new MemoryMetaStore({ clock: realClock });
  }

  static async start(
    settings: Partial<DataCoordSettings> = {},
    components: Partial<DataCoordComponents> = {},
  ): Promise<Harness> {
    const harness = new Harness();
    await harness.restart(settings, components);
    return harness;
  }

  get call(): ClientOf<typeof data.DataCoordService> {
    if (this.client === undefined) throw new Error('not started');
    return this.client.call;
  }

  /** Ends the coordinator, if there is one, and starts another on the same store and log. */
  async restart(
    settings: Partial<DataCoordSettings> = {},
    components: Partial<DataCoordComponents> = {},
  ): Promise<void> {
    await this.end();
    this.stop = new AbortController();
    const port = await new Promise<number>((resolve, reject) => {
      this.running = runDataCoord(
        {
          ...defaultDataCoordSettings,
          port: 0,
          host: '127.0.0.1',
          segmentBytesMax: 1024 * 1024,
          reconcileMs: 20,
          // Longer than a busy machine ever keeps a test from renewing it.
          sessionTtlMs: 20_000,
          ...settings,
        },
        {
          clock: realClock,
          random: realRandom,
          log: silentLogger,
          store: this.store,
          stream: this.stream,
          rootCoord: this.rootCoord(),
          objects: this.objects,
          connectDataNode: (address) => ({ call: this.dataNode(address), close() {} }),
          ...components,
        },
        this.stop.signal,
        (server) => resolve(server.port),
      );
      this.running.catch(reject);
    });
    this.address = `127.0.0.1:${port}`;
    this.client = connect(data.DataCoordService, this.address);
  }

  async end(): Promise<void> {
    this.client?.close();
    this.stop.abort();
    await this.running;
  }

  async join(name: string, serverID?: bigint): Promise<FakeNode> {
    const world = { store: this.store, clock: realClock, random: realRandom };
    const session = await registerSession(
      world,
      'by-dev/meta',
      { role: 'datanode', address: name, ttlMs: 5_000, ...(serverID === undefined ? {} : { serverID }) },
      this.stop.signal,
    );
    const node: FakeNode = {
      session,
      flushed: [],
      has: [],
      stateCode: stateCodes.Healthy,
      plans: new Map(),
      results: new Map(),
      refusesPlans: false,
      swaps: [],
      imports: [],
      added: [],
      addsImport: () => ({ channelPos: Buffer.from([9, 0, 0, 0, 0, 0, 0, 0]) }),
    };
    this.nodes.set(name, node);
    return node;
  }

  /** Creates the collection's channels as a RootCoord does. */
  async watch(channels: readonly string[] = [channel]): Promise<void> {
    await this.call.watchChannels({
      collectionID,
      channelNames: [...channels],
      schema: collectionSchema,
      startPositions: [{ key: 'by-dev-rootcoord-dml_0', data: Buffer.from([7, 0, 0, 0, 0, 0, 0, 0]) }],
    });
  }

  async assign(rows: number, to = channel): Promise<data.SegmentIDAssignment[]> {
    const answer = await this.call.assignSegmentId({
      segmentIDRequests: [
        data.SegmentIDRequest.fromPartial({ count: rows, channelName: to, collectionID, partitionID }),
      ],
    });
    return answer.segIDAssignments;
  }

  /** A segment for rows from files. */
  async assignImport(): Promise<data.SegmentIDAssignment> {
    const request = data.SegmentIDRequest.fromPartial({
      count: 1,
      channelName: channel,
      collectionID,
      partitionID,
      isImport: true,
    });
    const { segIDAssignments } = await this.call.assignSegmentId({ segmentIDRequests: [request] });
    const [assigned] = segIDAssignments;
    if (assigned === undefined) throw new Error('nothing assigned');
    return assigned;
  }

  async watchInfo(
    of = channel,
  ): Promise<
    { readonly nodeID: bigint; readonly info: data.ChannelWatchInfo; readonly key: string } | undefined
  > {
    const { kvs } = await this.store.range({ prefix: this.keys.prefix.channelWatches() });
    for (const { key, value } of kvs) {
      const parsed = this.keys.parse(key);
      if (parsed?.kind === 'channelWatch' && parsed.vchannel === of) {
        return { nodeID: parsed.nodeID, info: data.ChannelWatchInfo.decode(value), key };
      }
    }
    return undefined;
  }

  /** Answers an assignment as its node would. */
  async acknowledge(state: data.ChannelWatchState, of = channel): Promise<void> {
    const watch = await this.watchInfo(of);
    if (watch === undefined) throw new Error(`${of} is not assigned`);
    const value = data.ChannelWatchInfo.encode({ ...watch.info, state }).finish();
    await this.store.transact({ writes: [{ put: watch.key, value }] });
  }

  async tick(
    node: FakeNode,
    timestamp: bigint,
    rows: readonly (readonly [bigint, number])[] = [],
    of = channel,
  ): Promise<void> {
    const message = data.DataNodeTtMsg.fromPartial({
      base: { msgType: common.MsgType.DataNodeTt, timestamp, sourceID: node.session.serverID },
      channelName: of,
      timestamp,
      segmentsStats: rows.map(([SegmentID, count]) => ({ SegmentID, NumRows: BigInt(count) })),
    });
    await this.stream.publish(dataCoordTimeTickChannel(defaultDataCoordSettings.channelNames), [
      data.DataNodeTtMsg.encode(message).finish(),
    ]);
  }

  async segment(id: bigint): Promise<data.SegmentInfo> {
    const answer = await this.call.getSegmentInfo({ segmentIDs: [id], includeUnHealthy: true });
    const [info] = answer.infos;
    if (info === undefined) throw new Error(answer.status?.reason);
    return info;
  }

  /** Everything DataCoord keeps, as text: two equal dumps are the same bytes. */
  async dump(): Promise<Record<string, string>> {
    const { kvs } = await this.store.range({ prefix: 'by-dev/meta/datacoord-meta/' });
    return Object.fromEntries(kvs.map(({ key, value }) => [key, Buffer.from(value).toString('hex')]));
  }

  private rootCoord(): ClientOf<typeof rootcoord.RootCoordService> {
    const calls: Partial<ClientOf<typeof rootcoord.RootCoordService>> = {
      allocId: async (request) => {
        this.rootCoordCalls.push('allocId');
        const first = this.nextID;
        this.nextID += BigInt(request.count ?? 1);
        return rootcoord.AllocIDResponse.fromPartial({ status: {}, ID: first, count: request.count ?? 1 });
      },
      showCollections: async () => {
        this.rootCoordCalls.push('showCollections');
        return milvus.ShowCollectionsResponse.fromPartial({ status: {}, collectionIds: [collectionID] });
      },
      allocTimestamp: async () => {
        this.rootCoordCalls.push('allocTimestamp');
        return rootcoord.AllocTimestampResponse.fromPartial({
          status: {},
          timestamp: composeTimestamp(realClock.now()),
          count: 1,
        });
      },
      describeCollectionInternal: async (request) => {
        this.rootCoordCalls.push('describeCollectionInternal');
        if (request.collectionID !== collectionID) {
          return milvus.DescribeCollectionResponse.fromPartial({
            status: {
              errorCode: common.ErrorCode.CollectionNotExists,
              reason: `can't find collection: ${request.collectionID}`,
            },
          });
        }
        return milvus.DescribeCollectionResponse.fromPartial({
          status: {},
          schema: collectionSchema,
          virtualChannelNames: [channel],
          properties: this.properties,
        });
      },
    };
    // A fake answers only what the coordinator asks.
    return calls as ClientOf<typeof rootcoord.RootCoordService>;
  }

  private dataNode(name: string): DataNodeCalls {
    const calls: Partial<DataNodeCalls> = {
      flushSegments: async (request) => {
        this.nodes.get(name)?.flushed.push(...(request.segmentIDs ?? []));
        return common.Status.fromPartial({});
      },
      resendSegmentStats: async () =>
        data.ResendSegmentStatsResponse.fromPartial({
          status: {},
          segResent: this.nodes.get(name)?.has ?? [],
        }),
      getComponentStates: async () => {
        const stateCode = this.nodes.get(name)?.stateCode;
        if (stateCode === undefined) throw new Error('no answer');
        return milvus.ComponentStates.fromPartial({ status: {}, state: { stateCode } });
      },
      compaction: async (plan) => {
        const given = data.CompactionPlan.fromPartial(plan);
        const node = this.nodes.get(name);
        node?.plans.set(given.planID, given);
        return common.Status.fromPartial(
          node?.refusesPlans === true
            ? { errorCode: common.ErrorCode.UnexpectedError, reason: 'compaction plan illegal' }
            : {},
        );
      },
      getCompactionState: async () => {
        const { plans, results } = this.nodes.get(name) ?? { plans: new Map(), results: new Map() };
        return data.CompactionStateResponse.fromPartial({
          status: {},
          results: [...plans.keys()].map((planID) => {
            const result = results.get(planID);
            return result === undefined ? { planID, state: 1 } : { planID, state: 2, result };
          }),
        });
      },
      syncSegments: async (request) => {
        this.nodes.get(name)?.swaps.push(data.SyncSegmentsRequest.fromPartial(request));
        return common.Status.fromPartial({});
      },
      import: async (request) => {
        this.nodes.get(name)?.imports.push(data.ImportTaskRequest.fromPartial(request));
        return common.Status.fromPartial({});
      },
      addImportSegment: async (request) => {
        const node = this.nodes.get(name);
        node?.added.push(data.AddImportSegmentRequest.fromPartial(request));
        return data.AddImportSegmentResponse.fromPartial({ status: {}, ...(await node?.addsImport()) });
      },
    };
    return calls as DataNodeCalls;
  }
}

/** What a DataNode sends for one synced batch. */
export function savedBatch(
  node: { readonly session: Pick<Session, 'serverID'> },
  segmentID: bigint,
  logID: number,
  rows: number,
  position: internal.MsgPosition,
): data.SaveBinlogPathsRequest {
  const log = (folder: string, field: bigint, id: number, entriesNum: bigint): data.FieldBinlog =>
    data.FieldBinlog.fromPartial({
      fieldID: field,
      binlogs: [
        {
          entriesNum,
          timestampFrom: 1n,
          timestampTo: 2n,
          logSize: 100n,
          logPath: `files/${folder}/${collectionID}/${partitionID}/${segmentID}/${field}/${id}`,
        },
      ],
    });
  return data.SaveBinlogPathsRequest.fromPartial({
    base: { sourceID: node.session.serverID },
    segmentID,
    collectionID,
    field2BinlogPaths: [100n, 101n, 0n, 1n].map((field, at) =>
      log('insert_log', field, logID + at, BigInt(rows)),
    ),
    field2StatslogPaths: [log('stats_log', 100n, logID + 4, 0n)],
    deltalogs: [{}],
    checkPoints: [{ segmentID, position, numOfRows: BigInt(rows) }],
    startPositions: [{ segmentID, startPosition: position }],
  });
}

export function positionAt(timestamp: bigint, offset = 1): internal.MsgPosition {
  const msgID = Buffer.alloc(8);
  msgID.writeBigInt64LE(BigInt(offset));
  return { channelName: channel, msgID, msgGroup: 'test', timestamp };
}
