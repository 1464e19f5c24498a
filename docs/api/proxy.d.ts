// @millrace/proxy

// proxy
export interface Proxy {
    readonly milvus: Handlers;
    readonly internal: HandlersOf<typeof proxy.ProxyService>;
    readonly ticks: TickReporter;
}

export interface ProxyComponents {
    readonly clock: Clock;
    readonly log: Logger;
    readonly stream: MessageStream;
    readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
    readonly dataCoord: ClientOf<typeof data.DataCoordService>;
    readonly serverID: bigint;
}

export declare function createProxy(settings: ProxySettings, components: ProxyComponents): Proxy;

// server
export type OnReady = (server: {
    readonly port: number;
    readonly serverID: bigint;
}) => void;

export interface ProxyServerComponents {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly store: MetaStore;
    readonly stream: MessageStream;
    readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
    readonly dataCoord: ClientOf<typeof data.DataCoordService>;
}

export declare function runProxy(settings: ProxySettings, components: ProxyServerComponents, signal: AbortSignal, onReady?: OnReady): Promise<void>;

// settings
export interface ProxySettings {
    readonly port: number;
    readonly host: string | undefined;
    readonly advertisedHost: string;
    readonly metaRoot: string;
    readonly channelNames: ChannelNames;
    readonly timeTickIntervalMs: number;
    readonly restTickIntervalMs: number;
    readonly restAfterMs: number;
    readonly sessionTtlMs: number;
    readonly defaultPartitionName: string;
    readonly messageBytesMax: number;
    readonly requestBytesMax: number;
    readonly inFlightBytesMax: number;
    readonly metaCacheEntriesMax: number;
    readonly metaCacheMs: number;
}

export declare const defaultProxySettings: ProxySettings;

// Not exported by name:

// rpc/call
export type Handlers = HandlersOf<typeof milvus.MilvusServiceService>;

// ticks/tick-reporter
export declare class TickReporter implements Service {
    readonly name = "tick-reporter";
    constructor(parts: TickReporter['parts']);
    noteCall(): void;
    noteAlone(isAlone: boolean): void;
    run(signal: AbortSignal): Promise<void>;
}

