// @millrace/rootcoord

// health
/** `initializing` until what there is has been recovered; `abnormal` once it failed, `stopping` once it was asked to end. */
export type HealthState = keyof typeof codes;

// rootcoord
/** A RootCoord without its server: its handlers are served by whoever made it. */
export interface RootCoord {
    readonly health: Health;
    readonly handlers: RootCoordHandlers;
    /** One timestamp; for the bridge to DataCoord. Only after `run` began to serve. */
    readonly allocTimestamp: () => Promise<Timestamp>;
    /** Recovers, serves until the signal aborts, then stops. Rejects on a fault that another process must recover from. */
    run(signal: AbortSignal, onServing?: () => void): Promise<void>;
}

/** What a RootCoord stands on. `serverID` is that of its session; `dataCoord` may be reached later than it is first called. */
export interface RootCoordComponents {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly metaStore: MetaStore;
    readonly metaKeys: MetaKeys;
    readonly kvKeys: KvKeys;
    readonly stream: MessageStream;
    readonly serverID: UniqueID;
    /** Compared by every catalog write: the session key's revision. */
    readonly fence: () => readonly Compare[];
    readonly dataCoord: DdlDataCoord & ImportDataCoord;
    readonly connectProxy: (address: string) => RpcClient<typeof proxy.ProxyService>;
}

/** The RootCoord, ready to be served. It answers NotReadyServe until `run` has recovered. */
export declare function createRootCoord(settings: RootCoordSettings, components: RootCoordComponents): RootCoord;

// server
/** What a RootCoord process stands on. Whoever opened them closes them, after `runRootCoord` has ended. */
export interface RootCoordServerComponents {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly metaStore: MetaStore;
    readonly stream: MessageStream;
}

/** Where a RootCoord process listens and keeps its metadata. What is missing is as in a Milvus that is not configured otherwise. */
export interface RootCoordServerSettings {
    readonly rootCoord?: RootCoordSettings;
    /** Host to listen on. Default: every interface. */
    readonly host?: string;
    /** 0: any free one. */
    readonly port: number;
    /** Host the others dial. */
    readonly advertisedHost: string;
    readonly metaRoot?: string;
    readonly kvRoot?: string;
    /** `common.session.ttl`, ms. Default 20 s. */
    readonly sessionTtlMs?: number;
    /** Called once it serves. */
    readonly onServing?: (server: {
        readonly port: number;
        readonly serverID: bigint;
    }) => void;
}

/** Default port of a RootCoord. Source: spec live-cluster, section g. */
export declare const defaultRootCoordPort = 53100;

/**
 * A RootCoord process: listens, registers, recovers, serves, until the signal aborts. Resolves after a clean stop, its session revoked;
 * rejects with Fenced when the session is lost, with Conflict when another RootCoord holds it.
 */
export declare function runRootCoord(settings: RootCoordServerSettings, components: RootCoordServerComponents, signal: AbortSignal): Promise<void>;

// settings
/** What a RootCoord is configured with: times, and the limits of what clients may define. */
export interface RootCoordSettings {
    readonly channelNames: ChannelNames;
    /** DML channels that collections share. Milvus: `rootCoord.dmlChannelNum`. */
    readonly dmlChannelNum: number;
    /** Between two rounds of time ticks, ms. Milvus: `proxy.timeTickInterval`. */
    readonly timeTickIntervalMs: number;
    /** Shards of a collection whose creator names none. */
    readonly defaultShardsNum: number;
    /** Milvus: `proxy.maxShardNum`. */
    readonly maxShardsNum: number;
    /** Milvus: `proxy.maxFieldNum`; the system fields do not count. */
    readonly maxFieldNum: number;
    /** Milvus: `proxy.maxDimension`. */
    readonly maxDimension: number;
    /** Longest name of a collection, partition, field or alias, bytes. Milvus: `proxy.maxNameLength`. */
    readonly maxNameLength: number;
    /** Milvus: `rootCoord.maxPartitionNum`. */
    readonly maxPartitionNum: number;
    /** Milvus: `common.defaultPartitionName`. */
    readonly defaultPartitionName: string;
    /** Milvus: `msgChannel.chanNamePrefix.rootCoordTimeTick`, without the cluster's prefix. */
    readonly timeTickChannel: string;
    /** Milvus: `msgChannel.chanNamePrefix.rootCoordStatistics`, without the cluster's prefix. */
    readonly statisticsChannel: string;
    /** How far ahead of use timestamps and ids are reserved in the meta store, ms. */
    readonly reserveAheadMs: number;
    /** Most that one step of a DDL call waits for DataCoord or a proxy, ms. */
    readonly ddlDeadlineMs: number;
    /** DDL calls that may wait for their turn. */
    readonly ddlQueueMax: number;
    /** Between two looks at unfinished creations and drops, ms. */
    readonly reconcileIntervalMs: number;
    /** What an import may take from its start until its rows are seen, ms. Milvus: `rootCoord.importTaskExpiration`. */
    readonly importExpirationMs: number;
    /** How long what came of an import is remembered, ms. Milvus: `rootCoord.importTaskRetention`. */
    readonly importRetentionMs: number;
    /** Between two looks at unfinished imports, ms. */
    readonly importIntervalMs: number;
    /** Between two attempts to send an import that no DataNode took, ms. */
    readonly importRetryMs: number;
    /** Imports that may wait for a DataNode. */
    readonly importPendingMax: number;
    /** Between two questions to DataCoord whether a dropped collection or partition is gone, ms. */
    readonly gcConfirmIntervalMs: number;
}

/** Those of a RootCoord that is not configured otherwise: Milvus 2.2.8's where it has the setting. */
export declare const defaultRootCoordSettings: RootCoordSettings;

// Not exported by name:

// ddl/ddl-world
/** What DDL needs of DataCoord. */
export type DdlDataCoord = Pick<DataCoordBridge, 'isConnected' | 'callWatchChannels' | 'callGcConfirm' | 'callBroadcastAlteredCollection'>;

// health
/** The component's state, as `GetComponentStates` tells it and as other calls are refused by it. */
export declare class Health {
    readonly serverID: UniqueID;
    state: HealthState;
    constructor(serverID: UniqueID);
    get code(): common.StateCode;
    get isHealthy(): boolean;
    /** Throws the answer of a component that does not serve; clients know it by its code. Spelling as in the original. */
    requireHealthy(): void;
}

declare const codes: {
    readonly initializing: 0;
    readonly healthy: 1;
    readonly abnormal: 2;
    readonly stopping: 4;
};

// import/import-manager
/** What imports need of DataCoord. */
export type ImportDataCoord = Pick<DataCoordBridge, 'callImport' | 'callFlushOnCollection' | 'callGetSegmentStates' | 'callUnsetIsImportingState' | 'callMarkSegmentsDropped'>;

// rpc/handlers
export type RootCoordHandlers = HandlersOf<typeof rootcoord.RootCoordService>;

