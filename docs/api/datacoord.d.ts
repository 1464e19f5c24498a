// @millrace/datacoord

// server
/** What a DataCoord stands on. Whoever opened it closes it, after `runDataCoord` has ended. */
export interface DataCoordComponents {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly store: MetaStore;
    readonly stream: MessageStream;
    readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
    /** Where the DataNodes write: compaction copies delta logs there, garbage collection removes what nothing needs. */
    readonly objects: ObjectStore;
    /** Default: there is none, and every flushed segment counts as indexed. */
    readonly indexCoord?: FindIndexCoord;
    /** Default: the machine's. */
    readonly hardware?: ReadHardware;
    /** Where it tells what it holds; default: nowhere. */
    readonly metrics?: Metrics;
    /** Default: a gRPC client of the address in the node's session. */
    readonly connectDataNode?: ConnectDataNode;
}

/** Called once the server is healthy, and before that once it stands by. */
export type OnReady = (server: {
    readonly port: number;
    readonly serverID: bigint;
    readonly standsBy?: boolean;
}) => void;

/**
 * Runs a DataCoord until the signal aborts: listens, becomes the one, reads what there is, serves. Rejects with Fenced when its session is
 * lost: somebody else may be the coordinator then, and nothing more is written. Source: spec datacoord §1.4.
 */
export declare function runDataCoord(settings: DataCoordSettings, components: DataCoordComponents, signal: AbortSignal, onReady?: OnReady): Promise<void>;

// settings
/** What a DataCoord is configured with. Names in brackets are Milvus' configuration keys; sizes in bytes, times in milliseconds. */
export interface DataCoordSettings {
    /** [dataCoord.port] */
    readonly port: number;
    /** Host to listen on; undefined for all interfaces. */
    readonly host: string | undefined;
    /** Host that others dial. */
    readonly advertisedHost: string;
    /** [etcd.rootPath]/[etcd.metaSubPath] */
    readonly metaRoot: string;
    /** [minio.rootPath]: object keys are rebuilt from ids with it. */
    readonly objectRoot: string;
    readonly channelNames: ChannelNames;
    /** [dataCoord.segment.maxSize] */
    readonly segmentBytesMax: number;
    /** [dataCoord.segment.assignmentExpiration] */
    readonly assignmentExpirationMs: number;
    /** How long the rows of an import may be on their way. [rootCoord.importTaskExpiration] */
    readonly importExpirationMs: number;
    readonly seal: SealLimits;
    /** [dataCoord.channel.watchTimeoutInterval] */
    readonly watchTimeoutMs: number;
    /** How often assignments are compared with what should be, whatever events came. */
    readonly reconcileMs: number;
    /** Quiet time after the last assignment before channels are moved for balance; a joining node is served at once. [dataCoord.channel.balanceSilentDuration] */
    readonly balanceSilentMs: number;
    /** How often watched channels are compared with RootCoord's collections. */
    readonly dropCheckMs: number;
    /** How often the embedded log is told what it may forget. */
    readonly logTrimMs: number;
    readonly compaction: CompactionSettings;
    /** [dataCoord.enableGarbageCollection] */
    readonly garbageCollection: boolean;
    /** [dataCoord.gc.interval], [dataCoord.gc.dropTolerance], [dataCoord.gc.missingTolerance] */
    readonly gcIntervalMs: number;
    readonly gcDropToleranceMs: number;
    /** Longer than any sync takes from its first upload to its metadata. */
    readonly gcMissingToleranceMs: number;
    /** Bytes of an answer that a peer receives; a larger one fails the call. [grpc.clientMaxRecvSize] */
    readonly answerBytesMax: number;
    /** Waits for the session of another coordinator to end, as long as it takes, and takes its place. [dataCoord.enableActiveStandby] */
    readonly activeStandby: boolean;
    /** [common.session.ttl] */
    readonly sessionTtlMs: number;
    /** What ShowConfigurations answers: Milvus' keys and their values as text. */
    readonly configurations: Readonly<Record<string, string>>;
}

/** Those of a DataCoord that is not configured otherwise: Milvus 2.2.8's, but for a few intervals. Source: spec datacoord §13. */
export declare const defaultDataCoordSettings: DataCoordSettings;

// Not exported by name:

// channels/data-nodes
export type ConnectDataNode = (address: string) => RpcClient<typeof data.DataNodeService>;

// compaction/planner
export interface CompactionSettings {
    /** [dataCoord.enableCompaction] */
    readonly enabled: boolean;
    /** Without being asked. [dataCoord.compaction.enableAutoCompaction] */
    readonly automatic: boolean;
    readonly limits: CompactionLimits;
    /** How often all flushed segments are looked at. [dataCoord.compaction.global.interval] */
    readonly globalIntervalMs: number;
    /** How often nodes are asked while a plan runs. */
    readonly checkIntervalMs: number;
    /** [dataCoord.compaction.timeout] */
    readonly timeoutMs: number;
    /** Running plans above which none is made unasked. */
    readonly plansMax: number;
    readonly plansPerNode: number;
    /** How long deletes can be undone by time travel. [common.retentionDuration] */
    readonly retentionMs: number;
    /** Age at which rows of collections without a TTL of their own expire; undefined for never. [common.entityExpiration] */
    readonly entityExpirationMs: number | undefined;
    /** Of segments whose index is on disk. [dataCoord.segment.diskSegmentMaxSize] */
    readonly diskSegmentBytesMax: number;
}

// indexing/indexes
/** The IndexCoord of the cluster, undefined where there is none. */
export type FindIndexCoord = () => Promise<IndexCoordCalls | undefined>;

export type IndexCoordCalls = Pick<ClientOf<typeof index.IndexCoordService>, 'getIndexInfos' | 'describeIndex'>;

