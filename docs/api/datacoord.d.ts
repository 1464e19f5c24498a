// @millrace/datacoord

// server
export interface DataCoordComponents {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly store: MetaStore;
    readonly stream: MessageStream;
    readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
    readonly objects: ObjectStore;
    readonly indexCoord?: FindIndexCoord;
    readonly hardware?: ReadHardware;
    readonly metrics?: Metrics;
    readonly connectDataNode?: ConnectDataNode;
}

export type OnReady = (server: {
    readonly port: number;
    readonly serverID: bigint;
    readonly standsBy?: boolean;
}) => void;

export declare function runDataCoord(settings: DataCoordSettings, components: DataCoordComponents, signal: AbortSignal, onReady?: OnReady): Promise<void>;

// settings
export interface DataCoordSettings {
    readonly port: number;
    readonly host: string | undefined;
    readonly advertisedHost: string;
    readonly metaRoot: string;
    readonly objectRoot: string;
    readonly channelNames: ChannelNames;
    readonly segmentBytesMax: number;
    readonly assignmentExpirationMs: number;
    readonly importExpirationMs: number;
    readonly seal: SealLimits;
    readonly watchTimeoutMs: number;
    readonly reconcileMs: number;
    readonly balanceSilentMs: number;
    readonly dropCheckMs: number;
    readonly logTrimMs: number;
    readonly compaction: CompactionSettings;
    readonly garbageCollection: boolean;
    readonly gcIntervalMs: number;
    readonly gcDropToleranceMs: number;
    readonly gcMissingToleranceMs: number;
    readonly answerBytesMax: number;
    readonly activeStandby: boolean;
    readonly sessionTtlMs: number;
    readonly configurations: Readonly<Record<string, string>>;
}

export declare const defaultDataCoordSettings: DataCoordSettings;

// Not exported by name:

// channels/data-nodes
export type ConnectDataNode = (address: string) => RpcClient<typeof data.DataNodeService>;

// compaction/planner
export interface CompactionSettings {
    readonly enabled: boolean;
    readonly automatic: boolean;
    readonly limits: CompactionLimits;
    readonly globalIntervalMs: number;
    readonly checkIntervalMs: number;
    readonly timeoutMs: number;
    readonly plansMax: number;
    readonly plansPerNode: number;
    readonly retentionMs: number;
    readonly entityExpirationMs: number | undefined;
    readonly diskSegmentBytesMax: number;
}

// indexing/indexes
export type FindIndexCoord = () => Promise<IndexCoordCalls | undefined>;

export type IndexCoordCalls = Pick<ClientOf<typeof index.IndexCoordService>, 'getIndexInfos' | 'describeIndex'>;

