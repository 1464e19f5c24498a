// @millrace/rootcoord

// health
export type HealthState = keyof typeof codes;

// rootcoord
export interface RootCoord {
    readonly health: Health;
    readonly handlers: RootCoordHandlers;
    readonly allocTimestamp: () => Promise<Timestamp>;
    run(signal: AbortSignal, onServing?: () => void): Promise<void>;
}

export interface RootCoordComponents {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly metaStore: MetaStore;
    readonly metaKeys: MetaKeys;
    readonly kvKeys: KvKeys;
    readonly stream: MessageStream;
    readonly serverID: UniqueID;
    readonly fence: () => readonly Compare[];
    readonly dataCoord: DdlDataCoord & ImportDataCoord;
    readonly connectProxy: (address: string) => RpcClient<typeof proxy.ProxyService>;
}

export declare function createRootCoord(settings: RootCoordSettings, components: RootCoordComponents): RootCoord;

// server
export interface RootCoordServerComponents {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly metaStore: MetaStore;
    readonly stream: MessageStream;
}

export interface RootCoordServerSettings {
    readonly rootCoord?: RootCoordSettings;
    readonly host?: string;
    readonly port: number;
    readonly advertisedHost: string;
    readonly metaRoot?: string;
    readonly kvRoot?: string;
    readonly sessionTtlMs?: number;
    readonly onServing?: (server: {
        readonly port: number;
        readonly serverID: bigint;
    }) => void;
}

export declare const defaultRootCoordPort = 53100;

export declare function runRootCoord(settings: RootCoordServerSettings, components: RootCoordServerComponents, signal: AbortSignal): Promise<void>;

// settings
export interface RootCoordSettings {
    readonly channelNames: ChannelNames;
    readonly dmlChannelNum: number;
    readonly timeTickIntervalMs: number;
    readonly defaultShardsNum: number;
    readonly maxShardsNum: number;
    readonly maxFieldNum: number;
    readonly maxDimension: number;
    readonly maxNameLength: number;
    readonly maxPartitionNum: number;
    readonly defaultPartitionName: string;
    readonly timeTickChannel: string;
    readonly statisticsChannel: string;
    readonly reserveAheadMs: number;
    readonly ddlDeadlineMs: number;
    readonly ddlQueueMax: number;
    readonly reconcileIntervalMs: number;
    readonly importExpirationMs: number;
    readonly importRetentionMs: number;
    readonly importIntervalMs: number;
    readonly importRetryMs: number;
    readonly importPendingMax: number;
    readonly gcConfirmIntervalMs: number;
}

export declare const defaultRootCoordSettings: RootCoordSettings;

// Not exported by name:

// ddl/ddl-world
export type DdlDataCoord = Pick<DataCoordBridge, 'isConnected' | 'callWatchChannels' | 'callGcConfirm' | 'callBroadcastAlteredCollection'>;

// health
export declare class Health {
    readonly serverID: UniqueID;
    state: HealthState;
    constructor(serverID: UniqueID);
    get code(): common.StateCode;
    get isHealthy(): boolean;
    requireHealthy(): void;
}

declare const codes: {
    readonly initializing: 0;
    readonly healthy: 1;
    readonly abnormal: 2;
    readonly stopping: 4;
};

// import/import-manager
export type ImportDataCoord = Pick<DataCoordBridge, 'callImport' | 'callFlushOnCollection' | 'callGetSegmentStates' | 'callUnsetIsImportingState' | 'callMarkSegmentsDropped'>;

// rpc/handlers
export type RootCoordHandlers = HandlersOf<typeof rootcoord.RootCoordService>;

