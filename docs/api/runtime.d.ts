// @millrace/runtime

// hardware
/** What a process sees of the machine it is on. */
export interface Hardware {
    readonly cores: number;
    /** CPU this process used since the last reading, in percent of one core. */
    readonly cpuPercent: number;
    /** Of the machine. */
    readonly memoryBytes: number;
    /** Of this process. */
    readonly memoryUsedBytes: number;
}

/** Where GetMetrics gets its figures: `realHardware`, or what a test says. */
export type ReadHardware = () => Hardware;

/** The machine as it is. */
export declare function realHardware(): Hardware;

// log
/** The least that is written; `silent` writes nothing. */
export type LogLevel = (typeof logLevels)[number];

/** A logger whose level, and that of all its children, can change while it runs. */
export interface ProcessLogger extends Logger {
    level: LogLevel;
}

/** JSON lines on `output`, which is standard output: time, level, event and its fields. bigint ids are written as decimal text. */
export declare function createLogger(role: string, level?: LogLevel, output?: {
    write(line: string): void;
}): ProcessLogger;

/** An error and its causes in one line each; the stack only for faults of ours, which what the system refuses is not. */
export declare function describeError(error: unknown): string;

// metrics-request
/** What a GetMetrics request asks for, whatever it is. Throws Invalid for a request that is not JSON or names nothing. */
export declare function metricTypeOf(request: string): unknown;

/**
 * Checks that GetMetrics asks for what there is, the system info. The texts of the refusals are the original's, which ends itself for a type
 * that is no string. Source: spec datacoord, appendix E.
 * @throws Invalid for any other type
 */
export declare function systemInfoAsked(request: string): void;

// operations/metrics
/** A sum that only grows. `add` takes a value for each label and an amount, not negative. */
export interface CounterMetric {
    add(labels: Readonly<Record<string, string>>, value: number): void;
}

/** A distribution. `observe` takes a value for each label and the measured one, in the unit of the buckets. */
export interface HistogramMetric {
    observe(labels: Readonly<Record<string, string>>, value: number): void;
}

/** What a process tells Prometheus. Names are Milvus' where Milvus has them; every one is given in full. */
export declare class Metrics {
    readonly contentType: "text/plain; version=0.0.4; charset=utf-8";
    /** Read when Prometheus asks: what is not asked for costs nothing. Values of the last time are forgotten. */
    gauge(name: string, help: string, labelNames: readonly string[], read: () => Iterable<Sample> | Promise<Iterable<Sample>>): void;
    /** A sum from 0 on, which whoever asked for it adds to. */
    counter(name: string, help: string, labelNames: readonly string[]): CounterMetric;
    /** @param buckets upper bounds, ascending */
    histogram(name: string, help: string, labelNames: readonly string[], buckets: readonly number[]): HistogramMetric;
    /** All of them in Prometheus' text format. */
    text(): Promise<string>;
}

/** One value of a metric, with a value for each of its labels. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Bounds in milliseconds that Milvus uses for latencies. */
export declare const latencyBuckets: readonly number[];

// operations/operations
/** A role of this process and its state: what `/healthz` goes by, and tells as JSON. */
export interface ComponentHealth {
    readonly name: string;
    readonly code: StateCode;
}

/** What an operator can see of a process, and change in it, while it runs. */
export declare class Operations {
    readonly metrics: Metrics;
    readonly log: AdjustableLevel;
    constructor(log: AdjustableLevel);
    /** A role that lives in this process, and how it is. */
    component(name: string, stateCode: () => StateCode): void;
    /** Each role as it is now, in the order they were added. */
    health(): ComponentHealth[];
}

/** State of a role, as GetComponentStates and `/healthz` tell it. */
export type StateCode = (typeof stateCodes)[keyof typeof stateCodes];

/** `common.StateCode` by name. Source: spec datacoord §1.2. */
export declare const stateCodes: {
    readonly Initializing: 0;
    readonly Healthy: 1;
    readonly Abnormal: 2;
    readonly StandBy: 3;
    readonly Stopping: 4;
};

// operations/serve-operations
/**
 * Serves `/healthz`, `/metrics` and `/log/level` over HTTP. A port that is taken is logged and no error: as with the original, one process of
 * a machine has it. Source: spec datacoord §11.6. Resolves with the port, undefined where there is none.
 */
export declare function serveOperations(operations: Operations, { host, port, log }: {
    readonly host: string;
    readonly port: number;
    readonly log: Logger;
}): Promise<{
    readonly port: number;
    close(): void;
} | undefined>;

// options/derived
/** The parts of channel names, from `common.chanNamePrefix.*`. */
export declare function channelNamesOf(options: Options): ChannelNames;

/** Root of metadata and sessions: `etcd.rootPath`/`etcd.metaSubPath`. */
export declare function metaRootOf(options: Options): string;

// options/load-options
/** Where values of options are looked for. What is missing has none: with nothing at all, every option has its default. */
export interface OptionSources {
    /** Text of a milvus.yaml. */
    readonly yaml?: {
        readonly text: string;
        readonly path: string;
    };
    readonly env?: Readonly<Record<string, string | undefined>>;
    /** Values given on the command line, by key. They win over all others. */
    readonly flags?: Readonly<Record<string, string>>;
}

/** The environment variable of an option: `dataCoord.port` is DATACOORD_PORT. */
export declare function environmentName(key: OptionKey): string;

/**
 * The value of every option: flag, else environment, else yaml, else default. Keys are compared as Milvus does: without case, `.`, `_`, `/`
 * and a leading `milvus`. Throws Invalid naming key, value and source of the first value that is not what the option takes; unknown flags are
 * Invalid too, unknown yaml keys and variables are other roles' and left alone. Source: spec datacoord §13.1.
 */
export declare function loadOptions(sources: OptionSources): Options;

/** All options, in the order of the table, which is that of the documentation. */
export declare function optionKeys(): OptionKey[];

// options/option-table
/**
 * Every setting of every role, once: its Milvus key, type, default, and what it means. The same table reads milvus.yaml, the environment
 * and flags, and makes the help and the documentation. Source of Milvus' keys and defaults: spec datacoord §13, datanode-and-formats §12.
 */
export type OptionDefinition = {
    readonly type: 'text';
    readonly default: string;
    readonly doc: string;
} | {
    readonly type: 'choice';
    readonly choices: readonly string[];
    readonly default: string;
    readonly doc: string;
} | {
    readonly type: 'boolean';
    readonly default: boolean;
    readonly doc: string;
} | {
    readonly type: 'number';
    readonly default: number;
    readonly min: number;
    readonly max: number;
    readonly doc: string;
};

/** Name of an option, as it stands in milvus.yaml. */
export type OptionKey = keyof typeof optionTable;

/** A value for every option, checked against its range. */
export type Options = {
    readonly [Key in OptionKey]: ValueOf<(typeof optionTable)[Key]>;
};

/** All options of our roles, by Milvus' key where Milvus has them; those under `millrace.` are ours alone. */
export declare const optionTable: {
    readonly 'millrace.metastore': {
        readonly type: 'choice';
        readonly choices: readonly ["etcd", "lmdb"];
        readonly default: 'etcd';
        readonly doc: 'Where metadata is kept: an etcd cluster, or an embedded store in the data directory.';
    };
    readonly 'millrace.stream': {
        readonly type: 'choice';
        readonly choices: readonly ["kafka", "file"];
        readonly default: 'kafka';
        readonly doc: 'Where messages are kept: a Kafka cluster, or files in the data directory.';
    };
    readonly 'common.storageType': {
        readonly type: 'choice';
        readonly choices: readonly ["minio", "local"];
        readonly default: 'minio';
        readonly doc: 'Where binlogs are kept: MinIO or another S3, or a local directory.';
    };
    readonly 'millrace.dataDirectory': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'millrace.listenHost': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'millrace.advertisedHost': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'metrics.port': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'etcd.endpoints': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'etcd.rootPath': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'etcd.metaSubPath': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'etcd.kvSubPath': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'minio.address': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'minio.port': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'minio.accessKeyID': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'minio.secretAccessKey': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'minio.useSSL': {
        readonly type: 'boolean';
        readonly default: boolean;
        readonly doc: string;
    };
    readonly 'minio.bucketName': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'minio.rootPath': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'kafka.brokerList': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'common.chanNamePrefix.cluster': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'common.chanNamePrefix.rootCoordDml': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'common.chanNamePrefix.rootCoordDelta': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'common.chanNamePrefix.dataCoordTimeTick': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'common.retentionDuration': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'common.entityExpiration': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'common.session.ttl': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'common.defaultPartitionName': {
        readonly type: 'text';
        readonly default: string;
        readonly doc: string;
    };
    readonly 'log.level': {
        readonly type: 'choice';
        readonly choices: readonly ["debug", "info", "warn", "error", "silent"];
        readonly default: 'info';
        readonly doc: 'Least severe events to log.';
    };
    readonly 'rootCoord.port': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'rootCoord.dmlChannelNum': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'rootCoord.importTaskExpiration': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'proxy.port': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'proxy.timeTickInterval': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.enableActiveStandby': {
        readonly type: 'boolean';
        readonly default: boolean;
        readonly doc: string;
    };
    readonly 'dataCoord.port': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.segment.maxSize': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.segment.sealProportion': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.segment.assignmentExpiration': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.segment.maxLife': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.segment.maxIdleTime': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.segment.minSizeFromIdleToSealed': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.segment.maxBinlogFileNumber': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.segment.diskSegmentMaxSize': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.segment.smallProportion': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.segment.compactableProportion': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.segment.expansionRate': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.enableCompaction': {
        readonly type: 'boolean';
        readonly default: boolean;
        readonly doc: string;
    };
    readonly 'dataCoord.compaction.enableAutoCompaction': {
        readonly type: 'boolean';
        readonly default: boolean;
        readonly doc: string;
    };
    readonly 'dataCoord.compaction.global.interval': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.compaction.timeout': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.compaction.min.segment': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.compaction.max.segment': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.enableGarbageCollection': {
        readonly type: 'boolean';
        readonly default: boolean;
        readonly doc: string;
    };
    readonly 'dataCoord.gc.interval': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.gc.dropTolerance': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.gc.missingTolerance': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.channel.watchTimeoutInterval': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataCoord.channel.balanceSilentDuration': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataNode.port': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataNode.segment.insertBufSize': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataNode.segment.deleteBufBytes': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataNode.segment.binlog.maxsize': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataNode.segment.syncPeriod': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataNode.timetick.interval': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataNode.memory.budget': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
    readonly 'dataNode.checkpointInterval': {
        readonly type: 'number';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly doc: string;
    };
};

// process
/** What the main function of a role gets. */
export interface ProcessContext {
    readonly options: Options;
    readonly log: Logger;
    /** Served over HTTP. */
    readonly metrics: Metrics;
    /** Aborts at SIGTERM or SIGINT: stop in order. A second signal ends the process at once. */
    readonly signal: AbortSignal;
    /** Tells a supervisor, and the log, that the role serves. */
    readonly ready: (details: {
        readonly port: number;
        readonly serverID: bigint;
        /** It does not serve yet, and takes the place of who does. */
        readonly standsBy?: boolean;
    }) => void;
}

/** Message of a role to the supervisor that spawned it. */
export interface ReadyMessage {
    readonly ready: {
        readonly port: number;
        readonly serverID: string;
    };
}

/** The address others dial: as configured, else the first IPv4 address of this machine that is not loopback, as the original does. */
export declare function advertisedHost(options: Options): string;

/**
 * The options of a process: flags `--config PATH` and any number of `--set key=value`, then the environment, then milvus.yaml.
 * @throws Invalid for other flags, for a file that cannot be read, and as `loadOptions` does
 */
export declare function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options;

/**
 * Runs a role as the process it is: options from --config/MILVUSCONF, the environment and --set key=value flags; signals; one line and exit
 * code 1 for an error a person can mend, the stack for a fault of ours. Fenced, a lost session, ends it too: a supervisor starts it again.
 */
export declare function runProcess(role: string, main: (context: ProcessContext) => Promise<void>): Promise<void>;

// real-clock
/** The machine's clock and timers. A sleep is at most 2^31 - 1 ms long. */
export declare const realClock: Clock;

// real-random
/** The chance of the machine: different in each process, and not fit for secrets. */
export declare const realRandom: Random;

// rpc/byte-client
/** How long a caller waits, and where its answer goes. */
export interface ByteCallOptions extends CallOptions {
    /**
     * Gives memory of at least so many bytes to receive the answer into, which lies at its beginning. By default it is new. Nothing is written
     * to it any more when the call has ended, however it did.
     */
    readonly memory?: (bytes: number) => Buffer;
}

/**
 * Unary calls of bytes to one address (`host:port`, plaintext), for 55 to 80 % of the CPU of grpc-js' client, and answered into memory of
 * the caller's where it gives some: for calls that are made all the time, and for answers of megabytes that follow each other. Connects on first
 * use, and again after a connection was lost. Who made it closes it.
 */
export declare class ByteClient {
    constructor(address: string);
    /** The bytes of the answer. Rejects as `ClientOf` says, with gRPC's code and details in the cause, which may be a NotSent. */
    call(path: string, message: Uint8Array, options?: ByteCallOptions): Promise<Buffer>;
    close(): void;
}

/** The cause of a call's error where nothing of it left this process: even one that must not be done twice may be called again. */
export declare class NotSent extends GrpcFailure {
}

// rpc/client
/** One stream: written to and read from as a Node stream of requests and answers. */
export type BidiStream<Method> = ClientDuplexStream<RequestOf<Method>, ResponseOf<Method>>;

/** How patient a client is. All may be missing. */
export interface ClientSettings {
    /** Deadline of a call that names none. Default: `defaultDeadlineMs`. */
    readonly deadlineMs?: number;
    /**
     * Whether it asks the server if it lives also while no call is under way, so that a dead connection is known before the next call. Default:
     * yes; some servers close the connection of a client that does.
     */
    readonly pingsAtRest?: boolean;
}

/** A client and the connection under it. Who made it closes it. */
export interface RpcClient<Service> {
    readonly call: ClientOf<Service>;
    close(): void;
}

/** A client of streams and the connection under it, which its maker closes. */
export interface StreamClient<Service> {
    /** A bidirectional stream; end it with `.cancel()`. */
    open<Name extends keyof Service>(method: Name): BidiStream<Service[Name]>;
    close(): void;
}

/** The answer, or the error that its Status (or itself, where the answer is a bare Status) carries. */
export declare function checked<Answer extends {
    readonly status: common.Status | undefined;
} | common.Status>(answer: Answer): Answer;

/** A client of one address (`host:port`, plaintext). Connects on first use and reconnects by itself. */
export declare function connect<Service extends ServiceDefinition>(service: Service, address: string, settings?: ClientSettings): RpcClient<Service>;

/** For services whose methods are bidirectional streams, such as etcd's Watch. */
export declare function connectStreams<Service extends ServiceDefinition>(service: Service, address: string): StreamClient<Service>;

// rpc/encoded-answer
/**
 * An answer no peer would receive whole. The call itself fails (gRPC's RESOURCE_EXHAUSTED), as it does where a client meets its limit: peers
 * that can ask for less then do so, which a Status would not make them do. Source: spec live-cluster §c, GetRecoveryInfoV2.
 */
export declare class AnswerTooLarge extends Exhausted {
}

/**
 * The bytes of an answer, made while those before them are on their way. A piece is used until the next but one is asked for: two buffers
 * do for an answer of any length.
 */
export interface LongContent {
    /** Sum of the pieces. */
    readonly bytes: number;
    /** An error while they are made breaks the call off. */
    readonly pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * A whole answer that its handler encodes itself, Status included, for the handler to return: for answers of which an object would be many
 * times the bytes.
 */
export declare function encodedAnswer<Response>(content: Uint8Array | LongContent): Partial<Response>;

// rpc/limits
/** Largest answer, bytes, that a client of the original receives, and largest request that ours sends. Source: spec datacoord §11.5. */
export declare const clientMessageBytesMax: number;

// rpc/method
/** What a handler gets of its call besides the request. */
export interface CallContext {
    /** Aborts when the caller cancels or its deadline passes. */
    readonly signal: AbortSignal;
    /** `ip:port` of the caller, for logs. */
    readonly peer: string;
}

/** How long a caller waits. Without both: as long as the client's own deadline lets it. */
export interface CallOptions {
    readonly signal?: AbortSignal;
    /** From now. Default: the client's. */
    readonly deadlineMs?: number;
}

/**
 * A client of a service: one async function per unary method, named as in the service definition. Request fields left out take their
 * protobuf defaults. Rejects with a MillraceError: Unavailable for transport failures and passed deadlines; answers are returned as they
 * are, whatever status they carry (`checked` turns a failing status into its error).
 */
export type ClientOf<Service> = {
    readonly [Name in UnaryMethods<Service>]: (request: Partial<RequestOf<Service[Name]>>, options?: CallOptions) => Promise<ResponseOf<Service[Name]>>;
};

/** A handler for each unary method that is served; a method left out answers UNIMPLEMENTED. */
export type HandlersOf<Service> = {
    readonly [Name in UnaryMethods<Service>]?: UnaryHandler<RequestOf<Service[Name]>, ResponseOf<Service[Name]>>;
};

/** The request message of a method. */
export type RequestOf<Method> = Method extends {
    requestDeserialize: (bytes: Buffer) => infer Request;
} ? Request : never;

/** The response message of a method. */
export type ResponseOf<Method> = Method extends {
    responseDeserialize: (bytes: Buffer) => infer Response;
} ? Response : never;

/** What ts-proto generates for a service: its methods by their names in camel case. */
export type ServiceDefinition = {
    readonly [method: string]: AnyMethod;
};

/**
 * A handler returns the fields it means to set; the transport fills the rest with protobuf defaults and, where the response has one, a
 * Success status. A thrown error becomes the Status of its kind (`proto/status.ts`), never a gRPC error, as Milvus' peers expect; but for
 * AnswerTooLarge. What `encodedAnswer` made is sent as it is.
 */
export type UnaryHandler<Request, Response> = (request: Request, context: CallContext) => Partial<Response> | Promise<Partial<Response>>;

// rpc/reconnecting
/** Where the other side is now (`host:port`), undefined while it is nowhere. */
export type AddressLookup = () => Promise<string | undefined>;

/**
 * A client of a role that may move: its address is looked up at the first call and again after each transport failure. A call that failed
 * in transport is tried once more at the address found then, as Milvus' own clients do; whoever calls decides about more.
 * Calls reject with Unavailable while the role is nowhere or the client is closed, with NotFound for a call that the service has not.
 */
export declare function connectRole<Service extends ServiceDefinition>(service: Service, role: string, lookUp: AddressLookup, settings?: ClientSettings): RpcClient<Service>;

// rpc/server
/**
 * A gRPC server of one process: services are added, then it listens. Unary calls only, on Node's own HTTP/2: a call costs it half of what it
 * costs the server of grpc-js, whose client stays the other half.
 */
export declare class RpcServer {
    constructor(settings: RpcServerSettings);
    /** Serves the methods that have a handler; a method that was added before is replaced. Streaming methods are passed over. */
    add<Service extends ServiceDefinition>(service: Service, handlers: HandlersOf<Service>): void;
    /** Listens on the port (0: any free one) and returns the one it got. A port in use is Invalid. */
    listen(port: number): Promise<number>;
    /** Refuses new calls, lets those under way finish within the grace time, then cuts them off. */
    stop(): Promise<void>;
}

/** Where a server listens and how it stops. The port is given to `listen`. */
export interface RpcServerSettings {
    readonly log: Logger;
    /** Host to listen on. Default: all interfaces, as the original does. */
    readonly host?: string;
    /** Time that calls under way get to finish when the server stops. Default: 5000. */
    readonly graceMs?: number;
}

// Not exported by name:

// log
export declare const logLevels: readonly ['debug', 'info', 'warn', 'error', 'silent'];

// operations/operations
/** What a running level is read from and changed in. */
export interface AdjustableLevel {
    level: LogLevel;
}

// options/option-table
type ValueOf<Definition> = Definition extends {
    readonly type: 'number';
} ? number : Definition extends {
    readonly type: 'boolean';
} ? boolean : Definition extends {
    readonly type: 'choice';
    readonly choices: readonly (infer Choice)[];
} ? Choice : string;

// rpc/grpc-wire
/** A call that ends with a gRPC status instead of an answer. */
export declare class GrpcFailure extends Error {
    readonly name = "GrpcFailure";
    readonly code: grpcStatus;
    readonly details: string;
    constructor(code: grpcStatus, message: string);
}

// rpc/method
/** Any method: what it takes is `never`, what it gives `unknown`, because messages stand in both places at once. */
export interface AnyMethod {
    readonly path: string;
    readonly requestStream: boolean;
    readonly responseStream: boolean;
    readonly requestSerialize: (value: never) => Buffer;
    readonly requestDeserialize: (bytes: Buffer) => unknown;
    readonly responseSerialize: (value: never) => Buffer;
    readonly responseDeserialize: (bytes: Buffer) => unknown;
}

type IsUnary<Method> = Method extends {
    requestStream: false;
    responseStream: false;
} ? true : false;

export type UnaryMethods<Service> = {
    [Name in keyof Service]: IsUnary<Service[Name]> extends true ? Name : never;
}[keyof Service];


// @millrace/runtime/process-tuning

// process-tuning
/**
 * Arguments of Node for the process of a role. The young generation of V8's heap stays small: by itself it may come to more than a hundred
 * megabytes. Smaller still, what a coordinator keeps of its segments moves to the old generation among what it does not keep, and takes
 * twice the memory.
 *
 * By itself Node 24 walks all of the heap whenever 64 MB of buffers were made. A DataNode's heap is small, and buffers are most of its
 * memory: that is what keeps it low. A DataCoord has a heap of many segments and reads hundreds of megabytes when it starts: its buffers count
 * towards the limits of the heap as a whole, and that may come to 192 MB before it is walked for the first time. With 100,000 segments it
 * does not: nearly all that a start keeps for a while it keeps for good.
 */
export declare function tunedArguments(role: string): readonly string[];

/**
 * Environment for the process of a role. Memory that large buffers held is given back when they are freed: by itself glibc raises its
 * thresholds to what it saw, spreads threads over areas of their own, and a process that wrote much keeps hundreds of megabytes of nothing.
 * What was compiled once is kept in files, as Node keeps it where it is asked to: a role starts in half the time.
 */
export declare function tunedEnvironment(): NodeJS.ProcessEnv;


// @millrace/runtime/testing

// testing/engine
/** What `npm run test:engines` installs and starts for the suites that need it. */
export type Engine = keyof typeof engines;

/**
 * `host:port` of a running engine, or undefined where there is none: the suite is then skipped, and says in one line how to get it.
 * With CI=true an absent engine is a failure.
 */
export declare function engineAddress(engine: Engine): string | undefined;

/** Real engines a test suite can run against, and the environment variable that says where each listens. */
declare const engines: {
    readonly etcd: 'MILLRACE_TEST_ETCD';
    readonly kafka: 'MILLRACE_TEST_KAFKA';
    readonly minio: 'MILLRACE_TEST_MINIO';
    /** Not an address but the path of a Python that has pymilvus. */
    readonly pymilvus: 'MILLRACE_TEST_PYMILVUS';
};


// @millrace/runtime/testing/raw-client

// testing/raw-client
/** What came of a call: the bytes of its answer, or the gRPC status it ended with. */
export type RawAnswer = {
    readonly bytes: Buffer;
} | {
    readonly code: number;
    readonly codeName: string;
    readonly details: string;
};

/** How long a call may take: 20 s where `deadlineMs` is missing. */
export interface RawCallOptions {
    readonly deadlineMs?: number;
    /** Hangs up when it aborts. */
    readonly signal?: AbortSignal;
}

/** A client that knows no messages: sends bytes to any path, as they are. */
export declare class RawClient {
    constructor(address: string);
    /** Never rejects: a call that fails is an answer too. */
    send(path: string, bytes: Buffer, { deadlineMs, signal }?: RawCallOptions): Promise<RawAnswer>;
    close(): void;
}


// @millrace/runtime/testing/every-call

// testing/every-call-suite
/** A server of the service, healthy, that nobody else asks. */
export interface ServedCalls {
    readonly address: string;
    /** Whether it still answers an ordinary call. */
    isAlive(): Promise<boolean>;
    close(): Promise<void>;
}

/** What holds for every call of a service, whatever it is for: a table over its methods. */
export declare function describeEveryCall(title: string, service: ServiceDefinition, open: () => Promise<ServedCalls>): void;


// @millrace/runtime/testing/small-disk

// testing/small-disk
/** A file system of its own and of a fixed size, that can be filled and given room again. */
export declare class SmallDisk {
    readonly directory: string;
    /**
     * Mounts one in memory. Undefined where this user may not mount: the suite is then skipped, and says so in one line. With CI=true that is a
     * failure.
     */
    static mount(bytes: number): SmallDisk | undefined;
    /** Takes all room there is. */
    fill(): void;
    makeRoom(): void;
    /** Removes everything on it. */
    clear(): void;
    unmount(): void;
}

