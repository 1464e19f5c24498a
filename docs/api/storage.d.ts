// @millrace/storage

// drivers/local
export declare class LocalObjectStore implements ObjectStore {
    constructor(settings: LocalObjectStoreSettings);
    put(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    putIfAbsent(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array>;
    stat(key: string): Promise<ObjectInfo>;
    list(options: ListOptions): Promise<ListPage>;
    remove(key: string): Promise<void>;
    close(): Promise<void>;
}

export interface LocalObjectStoreSettings {
    readonly directory: string;
}

// drivers/memory
export declare class MemoryObjectStore implements ObjectStore {
    constructor(components: {
        readonly clock: Clock;
    });
    put(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    putIfAbsent(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array>;
    stat(key: string): Promise<ObjectInfo>;
    list(options: ListOptions): Promise<ListPage>;
    remove(key: string): Promise<void>;
    close(): Promise<void>;
}

// drivers/minio
export declare class MinioObjectStore implements ObjectStore {
    constructor(settings: MinioSettings, components: {
        readonly clock: Clock;
        readonly random: Random;
        readonly log: Logger;
    });
    connect(signal?: AbortSignal): Promise<void>;
    put(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    putIfAbsent(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array>;
    stat(key: string): Promise<ObjectInfo>;
    list(options: ListOptions): Promise<ListPage>;
    remove(key: string): Promise<void>;
    close(): Promise<void>;
}

// drivers/minio/settings
export interface MinioSettings {
    readonly host: string;
    readonly port: number;
    readonly useSSL: boolean;
    readonly accessKey: string;
    readonly secretKey: string;
    readonly bucket: string;
    readonly createBucket: boolean;
    readonly deadlineMs?: number;
    readonly silenceMs?: number;
}

// log-key-writer
export declare class LogKeyWriter {
    constructor(root: string);
    get bytesMax(): number;
    segment({ collectionID, partitionID, segmentID }: LogOwner): void;
    select(kind: LogKind, fieldID: number): number;
    writePrefix(target: DataView, at: number): void;
    writeID(low: number, high: number, target: DataView, at: number): number;
}

// object-paths
export interface DeltaLog extends LogOwner {
    readonly kind: 'delta';
    readonly logID: UniqueID;
}

export interface InsertLog extends LogOwner {
    readonly kind: 'insert';
    readonly fieldID: UniqueID;
    readonly logID: UniqueID;
}

export type LogKind = keyof typeof folders;

export type LogObject = InsertLog | StatsLog | DeltaLog;

export interface LogOwner {
    readonly collectionID: UniqueID;
    readonly partitionID: UniqueID;
    readonly segmentID: UniqueID;
}

export interface StatsLog extends LogOwner {
    readonly kind: 'stats';
    readonly fieldID: UniqueID;
    readonly logID: UniqueID;
}

export declare function deltaLogKey(root: string, log: Omit<DeltaLog, 'kind'>): string;

export declare function insertLogKey(root: string, log: FieldLog): string;

export declare const logKinds: readonly LogKind[];

export declare function logObjectKey(root: string, log: LogObject): string;

export declare function logPrefix(root: string, kind: LogKind): string;

export declare function parseLogObjectKey(root: string, key: string): LogObject | undefined;

export declare function segmentLogPrefix(root: string, kind: LogKind, owner: LogOwner): string;

export declare function statsLogKey(root: string, log: FieldLog): string;

// object-store
export interface ByteRange {
    readonly offset: number;
    readonly length: number;
}

export interface ListOptions {
    readonly prefix: string;
    readonly after?: string;
    readonly limit?: number;
}

export interface ListPage {
    readonly objects: readonly ObjectInfo[];
    readonly more: boolean;
}

export interface ObjectInfo {
    readonly key: string;
    readonly bytes: number;
    readonly lastModifiedMs: number;
}

export interface ObjectStore {
    put(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    putIfAbsent(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array>;
    stat(key: string): Promise<ObjectInfo>;
    list(options: ListOptions): Promise<ListPage>;
    remove(key: string): Promise<void>;
    close(): Promise<void>;
}

export declare function listAll(store: ObjectStore, prefix: string): AsyncGenerator<ObjectInfo>;

// open
export declare function openObjectStore(options: Options, components: {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
}): Promise<ObjectStore>;

// Not exported by name:

// object-paths
type FieldLog = Omit<InsertLog, 'kind'>;

declare const folders: {
    readonly insert: 'insert_log';
    readonly stats: 'stats_log';
    readonly delta: 'delta_log';
};


// @millrace/storage/testing

// testing/object-store-suite
export interface SuiteContext {
    readonly store: () => ObjectStore;
    readonly at: (name: string) => string;
}

export declare function describeObjectStore(name: string, open: () => Promise<ObjectStore>): void;

