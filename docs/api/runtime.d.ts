// @millrace/runtime

// hardware
export interface Hardware {
    readonly cores: number;
    readonly cpuPercent: number;
    readonly memoryBytes: number;
    readonly memoryUsedBytes: number;
}

export type ReadHardware = () => Hardware;

export declare function realHardware(): Hardware;

// log
export type LogLevel = (typeof logLevels)[number];

export interface ProcessLogger extends Logger {
    level: LogLevel;
}

export declare function createLogger(role: string, level?: LogLevel, output?: {
    write(line: string): void;
}): ProcessLogger;

export declare function describeError(error: unknown): string;

// metrics-request
export declare function metricTypeOf(request: string): unknown;

export declare function systemInfoAsked(request: string): void;

// operations/metrics
export interface CounterMetric {
    add(labels: Readonly<Record<string, string>>, value: number): void;
}

export interface HistogramMetric {
    observe(labels: Readonly<Record<string, string>>, value: number): void;
}

export declare class Metrics {
    readonly contentType: "text/plain; version=0.0.4; charset=utf-8";
    gauge(name: string, help: string, labelNames: readonly string[], read: () => Iterable<Sample>): void;
    counter(name: string, help: string, labelNames: readonly string[]): CounterMetric;
    histogram(name: string, help: string, labelNames: readonly string[], buckets: readonly number[]): HistogramMetric;
    text(): Promise<string>;
}

export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

export declare const latencyBuckets: readonly number[];

// operations/operations
export interface ComponentHealth {
    readonly name: string;
    readonly code: StateCode;
}

export declare class Operations {
    readonly metrics: Metrics;
    readonly log: AdjustableLevel;
    constructor(log: AdjustableLevel);
    component(name: string, stateCode: () => StateCode): void;
    health(): ComponentHealth[];
}

export type StateCode = (typeof stateCodes)[keyof typeof stateCodes];

export declare const stateCodes: {
    readonly Initializing: 0;
    readonly Healthy: 1;
    readonly Abnormal: 2;
    readonly StandBy: 3;
    readonly Stopping: 4;
};

// operations/serve-operations
export declare function serveOperations(operations: Operations, { host, port, log }: {
    readonly host: string;
    readonly port: number;
    readonly log: Logger;
}): Promise<{
    readonly port: number;
    close(): void;
} | undefined>;

// options/derived
export declare function channelNamesOf(options: Options): ChannelNames;

export declare function metaRootOf(options: Options): string;

// options/load-options
export interface OptionSources {
    readonly yaml?: {
        readonly text: string;
        readonly path: string;
    };
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly flags?: Readonly<Record<string, string>>;
}

export declare function environmentName(key: OptionKey): string;

export declare function loadOptions(sources: OptionSources): Options;

export declare function optionKeys(): OptionKey[];

// options/option-table
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

export type OptionKey = keyof typeof optionTable;

export type Options = {
    readonly [Key in OptionKey]: ValueOf<(typeof optionTable)[Key]>;
};

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
export interface ProcessContext {
    readonly options: Options;
    readonly log: Logger;
    readonly metrics: Metrics;
    readonly signal: AbortSignal;
    readonly ready: (details: {
        readonly port: number;
        readonly serverID: bigint;
        readonly standsBy?: boolean;
    }) => void;
}

export interface ReadyMessage {
    readonly ready: {
        readonly port: number;
        readonly serverID: string;
    };
}

export declare function advertisedHost(options: Options): string;

export declare function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options;

export declare function runProcess(role: string, main: (context: ProcessContext) => Promise<void>): Promise<void>;

// real-clock
export declare const realClock: Clock;

// real-random
export declare const realRandom: Random;

// rpc/client
export type BidiStream<Method> = ClientDuplexStream<RequestOf<Method>, ResponseOf<Method>>;

export interface ClientSettings {
    readonly deadlineMs?: number;
    readonly pingsAtRest?: boolean;
}

export interface RpcClient<Service> {
    readonly call: ClientOf<Service>;
    close(): void;
}

export interface StreamClient<Service> {
    open<Name extends keyof Service>(method: Name): BidiStream<Service[Name]>;
    close(): void;
}

export declare function checked<Answer extends {
    readonly status: common.Status | undefined;
} | common.Status>(answer: Answer): Answer;

export declare function connect<Service extends ServiceDefinition>(service: Service, address: string, settings?: ClientSettings): RpcClient<Service>;

export declare function connectStreams<Service extends ServiceDefinition>(service: Service, address: string): StreamClient<Service>;

// rpc/encoded-answer
export declare class AnswerTooLarge extends Exhausted {
}

export type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export declare function encodedAnswer<Response>(bytes: number, pieces: Pieces): Partial<Response>;

// rpc/limits
export declare const clientMessageBytesMax: number;

// rpc/method
export interface CallContext {
    readonly signal: AbortSignal;
    readonly peer: string;
}

export interface CallOptions {
    readonly signal?: AbortSignal;
    readonly deadlineMs?: number;
}

export type ClientOf<Service> = {
    readonly [Name in UnaryMethods<Service>]: (request: Partial<RequestOf<Service[Name]>>, options?: CallOptions) => Promise<ResponseOf<Service[Name]>>;
};

export type HandlersOf<Service> = {
    readonly [Name in UnaryMethods<Service>]?: UnaryHandler<RequestOf<Service[Name]>, ResponseOf<Service[Name]>>;
};

export type RequestOf<Method> = Method extends {
    requestDeserialize: (bytes: Buffer) => infer Request;
} ? Request : never;

export type ResponseOf<Method> = Method extends {
    responseDeserialize: (bytes: Buffer) => infer Response;
} ? Response : never;

export type ServiceDefinition = {
    readonly [method: string]: AnyMethod;
};

export type UnaryHandler<Request, Response> = (request: Request, context: CallContext) => Partial<Response> | Promise<Partial<Response>>;

// rpc/reconnecting
export type AddressLookup = () => Promise<string | undefined>;

export declare function connectRole<Service extends ServiceDefinition>(service: Service, role: string, lookUp: AddressLookup, settings?: ClientSettings): RpcClient<Service>;

// rpc/server
export declare class RpcServer {
    constructor(settings: RpcServerSettings);
    add<Service extends ServiceDefinition>(service: Service, handlers: HandlersOf<Service>): void;
    listen(port: number): Promise<number>;
    stop(): Promise<void>;
}

export interface RpcServerSettings {
    readonly log: Logger;
    readonly host?: string;
    readonly graceMs?: number;
}

// Not exported by name:

// log
export declare const logLevels: readonly ['debug', 'info', 'warn', 'error', 'silent'];

// operations/operations
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

// rpc/method
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
export declare const tunedArguments: readonly string[];

export declare function tunedEnvironment(): NodeJS.ProcessEnv;


// @millrace/runtime/testing

// testing/engine
export type Engine = keyof typeof engines;

export declare function engineAddress(engine: Engine): string | undefined;

declare const engines: {
    readonly etcd: 'MILLRACE_TEST_ETCD';
    readonly kafka: 'MILLRACE_TEST_KAFKA';
    readonly minio: 'MILLRACE_TEST_MINIO';
    readonly pymilvus: 'MILLRACE_TEST_PYMILVUS';
};


// @millrace/runtime/testing/raw-client

// testing/raw-client
export type RawAnswer = {
    readonly bytes: Buffer;
} | {
    readonly code: number;
    readonly codeName: string;
    readonly details: string;
};

export interface RawCallOptions {
    readonly deadlineMs?: number;
    readonly signal?: AbortSignal;
}

export declare class RawClient {
    constructor(address: string);
    send(path: string, bytes: Buffer, { deadlineMs, signal }?: RawCallOptions): Promise<RawAnswer>;
    close(): void;
}


// @millrace/runtime/testing/every-call

// testing/every-call-suite
export interface ServedCalls {
    readonly address: string;
    isAlive(): Promise<boolean>;
    close(): Promise<void>;
}

export declare function describeEveryCall(title: string, service: ServiceDefinition, open: () => Promise<ServedCalls>): void;


// @millrace/runtime/testing/small-disk

// testing/small-disk
export declare class SmallDisk {
    readonly directory: string;
    static mount(bytes: number): SmallDisk | undefined;
    fill(): void;
    makeRoom(): void;
    clear(): void;
    unmount(): void;
}

