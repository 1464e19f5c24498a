// @millrace/storage

// drivers/local
/**
 * Objects as files below a directory. An object is written beside its place, made durable, and then renamed into it, so that it is there
 * whole or not at all whatever dies in between.
 */
export declare class LocalObjectStore implements ObjectStore {
    constructor(settings: LocalObjectStoreSettings);
    put(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    putIfAbsent(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    get(key: string, { range, signal, memory }?: GetOptions): Promise<Uint8Array>;
    stat(key: string): Promise<ObjectInfo>;
    list(options: ListOptions): Promise<ListPage>;
    remove(key: string): Promise<void>;
    close(): Promise<void>;
}

/** Where a LocalObjectStore keeps its objects. */
export interface LocalObjectStoreSettings {
    /** Created when missing; shared by any number of processes. */
    readonly directory: string;
}

// drivers/memory
/** Objects in this process's memory, for tests and the simulator. Closing it keeps them. */
export declare class MemoryObjectStore implements ObjectStore {
    constructor(components: {
        readonly clock: Clock;
    });
    put(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    putIfAbsent(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    get(key: string, { range, signal, memory }?: GetOptions): Promise<Uint8Array>;
    stat(key: string): Promise<ObjectInfo>;
    list(options: ListOptions): Promise<ListPage>;
    remove(key: string): Promise<void>;
    close(): Promise<void>;
}

// drivers/minio
/**
 * Objects in a bucket of MinIO, or of another S3. Data goes through our own requests, everything else through MinIO's client. A key that is
 * nothing but a number comes back changed from `list`, because that client parses it: put objects into folders.
 */
export declare class MinioObjectStore implements ObjectStore {
    constructor(settings: MinioSettings, components: {
        readonly clock: Clock;
        readonly random: Random;
        readonly log: Logger;
    });
    /** Resolves when the server answers and the bucket is there. Calls do this by themselves; at a start it tells early what is wrong. */
    connect(signal?: AbortSignal): Promise<void>;
    put(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    putIfAbsent(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    get(key: string, { range, signal, memory }?: GetOptions): Promise<Uint8Array>;
    stat(key: string): Promise<ObjectInfo>;
    list(options: ListOptions): Promise<ListPage>;
    remove(key: string): Promise<void>;
    /** Stops what still runs. */
    close(): Promise<void>;
}

// drivers/minio/settings
/** Where a MinIO, or another server of S3's API, is, what opens it, and how patient the client is with it. */
export interface MinioSettings {
    readonly host: string;
    readonly port: number;
    readonly useSSL: boolean;
    readonly accessKey: string;
    readonly secretKey: string;
    readonly bucket: string;
    /** Whether to create the bucket where it is missing. */
    readonly createBucket: boolean;
    /** How long a call may take with all that is tried again in it. Default: 60,000. */
    readonly deadlineMs?: number;
    /** How long a connection may be silent before the request is tried on another one. Default: 10,000. */
    readonly silenceMs?: number;
}

// log-key-writer
/**
 * Writes keys of logs as bytes, the same that `logObjectKey` gives, without a string for each: an answer names a million of them. First
 * `segment`, then for the logs of each field `select`, then for each log `writePrefix` and behind it `writeID`.
 */
export declare class LogKeyWriter {
    constructor(root: string);
    /** Most bytes a key takes, whatever its ids, with what must be free behind it. */
    get bytesMax(): number;
    /** The segment whose keys follow. */
    segment({ collectionID, partitionID, segmentID }: LogOwner): void;
    /** The field whose logs follow (without meaning for deltas). Returns the bytes their keys begin with, which `writePrefix` writes. */
    select(kind: LogKind, fieldID: number): number;
    /** What `select` returns, for who only counts. */
    prefixLength(kind: LogKind, fieldID: number): number;
    /** Writes what `select` chose. Up to seven bytes behind it are overwritten too. */
    writePrefix(target: DataView, at: number): void;
    /** Writes a log's id, given as its two unsigned words (below 2^63), and returns where it ends. */
    writeID(low: number, high: number, target: DataView, at: number): number;
}

// object-paths
/** Deleted primary keys with their timestamps. */
export interface DeltaLog extends LogOwner {
    readonly kind: 'delta';
    readonly logID: UniqueID;
}

/** One column of some rows. */
export interface InsertLog extends LogOwner {
    readonly kind: 'insert';
    readonly fieldID: UniqueID;
    readonly logID: UniqueID;
}

/** `insert`: rows, `stats`: which keys they have, `delta`: deletes. */
export type LogKind = keyof typeof folders;

/** A file of a segment by the ids in its key: `parseLogObjectKey` makes it, `logObjectKey` turns it back. */
export type LogObject = InsertLog | StatsLog | DeltaLog;

/** Which segment a file belongs to. */
export interface LogOwner {
    readonly collectionID: UniqueID;
    readonly partitionID: UniqueID;
    readonly segmentID: UniqueID;
}

/** Bloom filter and bounds of primary keys; `fieldID` is the primary key's. */
export interface StatsLog extends LogOwner {
    readonly kind: 'stats';
    readonly fieldID: UniqueID;
    readonly logID: UniqueID;
}

/** `{root}/delta_log/{collection}/{partition}/{segment}/{log}`, without a field. */
export declare function deltaLogKey(root: string, log: Omit<DeltaLog, 'kind'>): string;

/** `{root}/insert_log/{collection}/{partition}/{segment}/{field}/{log}` */
export declare function insertLogKey(root: string, log: FieldLog): string;

/** Kinds in the order in which they appear in listings and documentation. */
export declare const logKinds: readonly LogKind[];

/** The full key of a file: what `log_path` of a Binlog holds. */
export declare function logObjectKey(root: string, log: LogObject): string;

/** Prefix of all files of a kind, ending in `/`. */
export declare function logPrefix(root: string, kind: LogKind): string;

/** What a key names, or undefined where it is not the key of a segment's file under this root. */
export declare function parseLogObjectKey(root: string, key: string): LogObject | undefined;

/** Prefix of a segment's files of a kind, ending in `/`. */
export declare function segmentLogPrefix(root: string, kind: LogKind, owner: LogOwner): string;

/** `{root}/stats_log/{collection}/{partition}/{segment}/{primary key field}/{log}` */
export declare function statsLogKey(root: string, log: FieldLog): string;

// object-store
/** A part of an object. Behind its end there is nothing: the answer is shorter then, or empty. */
export interface ByteRange {
    /** First byte, from 0. */
    readonly offset: number;
    /** Bytes wanted; fewer come where the object ends earlier. */
    readonly length: number;
}

/** What of an object is read, and where to. */
export interface GetOptions {
    /** Default: the whole object. */
    readonly range?: ByteRange;
    readonly signal?: AbortSignal;
    /**
     * Gives memory of at least so many bytes to read into; what is read lies at its beginning. By default it is new. Memory given to a call that
     * fails must not be used again: something may still write to it.
     */
    readonly memory?: (bytes: number) => Uint8Array;
}

/** Which page of a prefix is listed. The prefix is of the key's text and may end within a part. */
export interface ListOptions {
    readonly prefix: string;
    /** Start behind this key (exclusive). */
    readonly after?: string;
    /** 1 to 1000. Default: 1000. */
    readonly limit?: number;
}

/** Objects of a prefix that follow each other without a gap; `more` says whether there are any behind the last one. */
export interface ListPage {
    /** Ascending by key. */
    readonly objects: readonly ObjectInfo[];
    readonly more: boolean;
}

/** What a store says of an object without its content. */
export interface ObjectInfo {
    readonly key: string;
    readonly bytes: number;
    /** Unix milliseconds. */
    readonly lastModifiedMs: number;
}

/**
 * Whole objects under keys. A put is all or nothing and durable when it resolves: no reader ever sees part of an object. Keys are relative
 * paths of `/`-separated parts without `.` or `..`; another key is Invalid. Errors: NotFound for a missing object (and for a missing
 * bucket, saying so), Conflict from `putIfAbsent`, Unavailable for a store that fails or does not answer before its deadline, Invalid for
 * refused credentials.
 */
export interface ObjectStore {
    /** Replaces what was there. Chunks are written one behind the other and must not change until it resolves. */
    put(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    /** Only one of several that write the same key succeeds. @throws Conflict when the object is there */
    putIfAbsent(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
    /** The object, or a part of it. @throws NotFound */
    get(key: string, options?: GetOptions): Promise<Uint8Array>;
    /** Size and time of an object. @throws NotFound */
    stat(key: string): Promise<ObjectInfo>;
    /** One page of the objects of a prefix: `listAll` reads them all. */
    list(options: ListOptions): Promise<ListPage>;
    /** A missing object is removed already. */
    remove(key: string): Promise<void>;
    /** Ends connections. Calls under way may fail with Unavailable. */
    close(): Promise<void>;
}

/** Every object of a prefix, page by page. */
export declare function listAll(store: ObjectStore, prefix: string): AsyncGenerator<ObjectInfo>;

// open
/**
 * The object store that `common.storageType` names. Errors: Invalid when what it needs is not configured, or the server refuses the
 * credentials; Unavailable when the server does not answer before the deadline.
 */
export declare function openObjectStore(options: Options, components: {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
}): Promise<ObjectStore>;

// Not exported by name:

// object-paths
type FieldLog = Omit<InsertLog, 'kind'>;

/** The three kinds of files of a segment, as the first part of the key below the root. Source: datanode-and-formats §8.1. */
declare const folders: {
    readonly insert: 'insert_log';
    readonly stats: 'stats_log';
    readonly delta: 'delta_log';
};


// @millrace/storage/testing

// testing/object-store-suite
/** The store of the running test, and a place in it that is the test's alone. */
export interface SuiteContext {
    readonly store: () => ObjectStore;
    /** A key, or prefix, below the test's own prefix. */
    readonly at: (name: string) => string;
}

/** What every driver of ObjectStore must do. `open` is called once per test; the objects may be shared between tests. */
export declare function describeObjectStore(name: string, open: () => Promise<ObjectStore>): void;

