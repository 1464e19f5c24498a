// @millrace/proxy

// proxy
/** A proxy without its server: the write half of MilvusService, and the calls that RootCoord makes back. */
export interface Proxy {
    readonly milvus: Handlers;
    readonly internal: HandlersOf<typeof proxy.ProxyService>;
    /** Must run while calls are served: it reports the time up to which everything is in the log. */
    readonly ticks: TickReporter;
}

/** What a proxy stands on. `serverID` is that of its session, and the source of every message it publishes. */
export interface ProxyComponents {
    readonly clock: Clock;
    readonly log: Logger;
    readonly stream: MessageStream;
    readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
    readonly dataCoord: ClientOf<typeof data.DataCoordService>;
    readonly serverID: bigint;
}

/** A proxy that serves as soon as its handlers do and `ticks` runs. */
export declare function createProxy(settings: ProxySettings, components: ProxyComponents): Proxy;

// server
/** Called once the proxy serves and its session is known. */
export type OnReady = (server: {
    readonly port: number;
    readonly serverID: bigint;
}) => void;

/** What a proxy process stands on. Whoever opened them closes them, after `runProxy` has ended. */
export interface ProxyServerComponents {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly store: MetaStore;
    readonly stream: MessageStream;
    readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
    readonly dataCoord: ClientOf<typeof data.DataCoordService>;
}

/** Runs a proxy until the signal aborts. Rejects with Fenced when its session is lost. */
export declare function runProxy(settings: ProxySettings, components: ProxyServerComponents, signal: AbortSignal, onReady?: OnReady): Promise<void>;

// settings
/** What a proxy is configured with. Names in brackets are Milvus' configuration keys. */
export interface ProxySettings {
    /** [proxy.port] */
    readonly port: number;
    /** Host to listen on; undefined for all interfaces. */
    readonly host: string | undefined;
    readonly advertisedHost: string;
    readonly metaRoot: string;
    readonly channelNames: ChannelNames;
    /** [proxy.timeTickInterval] */
    readonly timeTickIntervalMs: number;
    /** The interval while nobody can be waiting for a tick, … */
    readonly restTickIntervalMs: number;
    /** … which is so long after the last call. Longer than a client that polls pauses, and than a segment's allocations last. */
    readonly restAfterMs: number;
    /** [common.session.ttl] */
    readonly sessionTtlMs: number;
    /** [common.defaultPartitionName] */
    readonly defaultPartitionName: string;
    /** Largest insert message; rows of a segment are cut into as many as they need. [pulsar.maxMessageSize] */
    readonly messageBytesMax: number;
    /** Largest insert or delete, bytes of its values. Source: spec live-cluster, server message limits. [proxy.grpc.serverMaxRecvSize] */
    readonly requestBytesMax: number;
    /** All inserts and deletes being written, bytes of their values. */
    readonly inFlightBytesMax: number;
    /** Collections whose schema is kept. */
    readonly metaCacheEntriesMax: number;
    /** How long a collection's schema is used without asking RootCoord again. */
    readonly metaCacheMs: number;
}

/** Those of a proxy that is not configured otherwise: Milvus 2.2.8's where it has the setting. */
export declare const defaultProxySettings: ProxySettings;

// Not exported by name:

// rpc/call
export type Handlers = HandlersOf<typeof milvus.MilvusServiceService>;

// ticks/tick-reporter
/**
 * Tells RootCoord, again and again, up to where everything is published: without it the ticks of the whole cluster stop. Seldom when nobody
 * can be waiting for a tick: no client has called for a while, and there is no other proxy whose clients' ticks this one would hold back.
 */
export declare class TickReporter implements Service {
    readonly name = "tick-reporter";
    constructor(parts: TickReporter['parts']);
    /** A client calls, or has its answer: the next tick may be waited for. */
    noteCall(): void;
    noteAlone(isAlone: boolean): void;
    run(signal: AbortSignal): Promise<void>;
}

