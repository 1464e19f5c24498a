// @millrace/metastore

// check-request
/** Bytes of keys and values, as `transactionBytesMax` counts them. */
export declare function transactionBytes({ compares, writes }: Transaction): number;

// compaction-task
/**
 * Where a plan is. `pipelining`: made, and not given to its node yet; `executing`: given; the others are ends. Source: spec datacoord §7.6.
 */
export type CompactionStateName = 'pipelining' | 'executing' | 'completed' | 'failed' | 'timeout';

/** One plan and what became of it. Replaced as a whole. */
export interface CompactionTask {
    /** Who asked: the id that ManualCompaction answers, or one of the coordinator's own. */
    readonly signalID: bigint;
    readonly plan: data.CompactionPlan;
    readonly reason: string;
    readonly collectionID: bigint;
    readonly state: CompactionStateName;
    /** The node it was given to. */
    readonly nodeID: bigint;
    /** Unix milliseconds at which it came into its state. */
    readonly sinceMs: number;
    /** The segment that came of it. */
    readonly target: bigint | undefined;
}

/** What may become of a plan: one that was given to its node can end in three ways, one that was not only fails. */
export declare const compactionTransitions: TransitionTable<CompactionStateName>;

/** @throws Corrupt for bytes that are no such record */
export declare function decodeCompactionTask(bytes: Uint8Array): CompactionTask;

/** The record under `millrace/compaction/<planID>`: a line of JSON, then the plan's bytes. */
export declare function encodeCompactionTask({ plan, ...task }: CompactionTask): Uint8Array;

/** Whether the plan still holds its segments: no other plan may take them. */
export declare function isRunning({ state }: CompactionTask): boolean;

/** Ids of the segments that the plan rewrites. */
export declare function sourcesOf({ plan }: CompactionTask): bigint[];

// drivers/etcd
/**
 * A client of an etcd v3 cluster, made of its own messages. Leases last whole seconds, at least what the cluster's election timeout
 * demands (2 s by default): a shorter one is granted longer.
 */
export declare class EtcdMetaStore implements MetaStore {
    readonly pageKeys: number;
    readonly pageKeysMax: number;
    constructor(components: EtcdMetaStoreComponents, settings: EtcdMetaStoreSettings);
    get(key: string): Promise<KeyValue | undefined>;
    range(options: RangeOptions): Promise<RangePage>;
    transact(transaction: Transaction): Promise<TransactionResult>;
    watch(prefix: string, signal: AbortSignal): AsyncIterable<WatchBatch>;
    grantLease(ttlMs: number): Promise<Lease>;
    close(): Promise<void>;
}

/** What an EtcdMetaStore takes from the process: time for its deadlines, chance for its pauses, and where it tells of attempts that failed. */
export interface EtcdMetaStoreComponents {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
}

/** Where the etcd cluster is, and how long it may take to answer. */
export interface EtcdMetaStoreSettings {
    /** Servers of one cluster, `host:port`, plaintext. */
    readonly endpoints: readonly string[];
    /** For each call, over all servers it tries. Default: 10 s, above the time etcd itself gives a request. */
    readonly deadlineMs?: number;
}

// drivers/lmdb
/** A store on lmdb: durable, embedded, shared by the processes of one machine. */
export declare class LmdbMetaStore implements MetaStore, WatchSource {
    readonly pageKeys: number;
    readonly pageKeysMax: number;
    /** Throws Invalid for a directory of a newer version, Corrupt for one that is no lmdb environment. */
    constructor({ clock, log }: LmdbMetaStoreComponents, settings: LmdbMetaStoreSettings);
    get(key: string): Promise<KeyValue | undefined>;
    range(options: RangeOptions): Promise<RangePage>;
    transact(transaction: Transaction): Promise<TransactionResult>;
    watch(prefix: string, signal: AbortSignal): AsyncIterable<WatchBatch>;
    grantLease(ttlMs: number): Promise<Lease>;
    close(): Promise<void>;
    read(): Table;
    changed(after: Revision, signal: AbortSignal): Promise<boolean>;
}

/** What an LmdbMetaStore takes from the process: the clock its leases run by, and where it tells of what it will try again. */
export interface LmdbMetaStoreComponents {
    readonly clock: Clock;
    readonly log: Logger;
}

/** Where an LmdbMetaStore keeps its data, and how much of the past. */
export interface LmdbMetaStoreSettings {
    /** Created when missing; shared by any number of processes of one machine. */
    readonly directory: string;
    /** Transactions kept for watchers that fall behind and for reads of the past. Default: 10,000. */
    readonly historyMax?: number;
}

// drivers/memory
/** A store in memory, for tests and the simulation. Values handed out are the stored bytes: do not write to them. */
export declare class MemoryMetaStore implements MetaStore {
    readonly pageKeys: number;
    readonly pageKeysMax: number;
    constructor({ clock }: MemoryMetaStoreComponents, settings?: MemoryMetaStoreSettings, engine?: MemoryEngine);
    /**
     * Another client of the same data, as another process would have: closing one is a crash of that process alone, and its leases run
     * out. A clock of its own can stand still while the store's goes on.
     */
    client(components?: MemoryMetaStoreComponents): MemoryMetaStore;
    get(key: string): Promise<KeyValue | undefined>;
    range(options: RangeOptions): Promise<RangePage>;
    transact(transaction: Transaction): Promise<TransactionResult>;
    watch(prefix: string, signal: AbortSignal): AsyncIterable<WatchBatch>;
    grantLease(ttlMs: number): Promise<Lease>;
    close(): Promise<void>;
}

/** The clock by which leases of a MemoryMetaStore end: a virtual one makes them end when a test says so. */
export interface MemoryMetaStoreComponents {
    readonly clock: Clock;
}

/** How much of the past a MemoryMetaStore keeps. */
export interface MemoryMetaStoreSettings {
    /** Transactions kept for watchers that fall behind and for reads of the past. */
    readonly historyMax?: number;
}

// dump
/**
 * What a store holds below a prefix, at one revision, as lines of JSON `{"key":"…","value":"<base64>"}` in the order of their keys. Keys
 * under a lease are left out: they speak of processes that live now.
 */
export declare function dump(store: MetaStore, prefix: string): AsyncGenerator<string, undefined>;

/**
 * Puts what `dump` gave, and returns how many keys that were. Keys of the store that the lines do not name stay as they are. Takes more than
 * one transaction: repeat it after an error. Throws Invalid for a line that is none of a dump, Unavailable as the store does.
 */
export declare function load(store: MetaStore, lines: AsyncIterable<string> | Iterable<string>): Promise<number>;

// group-commit
/**
 * Lets commits that come at the same time share one transaction: while one is under way the next ones gather. One transaction is under way
 * at a time, so that commits happen in the order they came in. Each is done whole or not at all, and fails for its own fault alone. When the
 * store does not answer or has no room, all that shared the transaction fail as it does; unanswered, they may have happened or not.
 */
export declare class GroupCommit {
    constructor(store: MetaStore, { guards, waitingMax, waitingBytesMax }: GroupCommitSettings);
    /**
     * Waits for its turn and resolves when the writes are durable. Throws Invalid for what no transaction takes together with the guards,
     * Fenced when a guard failed or a lease has ended, Exhausted when too much waits already, Unavailable as the store does.
     */
    commit({ writes }: Pick<Transaction, 'writes'>): Promise<void>;
}

/** What makes a GroupCommit refuse: who else may have taken over, and how much may wait. */
export interface GroupCommitSettings {
    /** Compared in every transaction: this process may still write. When one fails, all is refused with Fenced. */
    readonly guards: readonly Compare[];
    /** Commits that may wait for their turn. Default: 10,000. */
    readonly waitingMax?: number;
    /** Bytes of keys and values that may wait for their turn. Default: 64 MiB. */
    readonly waitingBytesMax?: number;
}

// key-order
/** Order of the UTF-8 bytes, which the order of JavaScript strings is not: UTF-16 puts surrogates before U+E000. */
export declare function compareKeys(a: string, b: string): number;

/** Most bytes of a key. Source: what an lmdb page of 4 KiB takes, less room for our own prefixes. */
export declare const keyBytesMax = 1024;

// keys
/** The keys of one kv root: how far ids and timestamps have been handed out, and import tasks. */
export type KvKeys = KeySpace<typeof kvTemplates, typeof kvPrefixTemplates>;

/** The keys of one meta root: DataCoord's, RootCoord's catalog, sessions, and our own under `millrace/`. */
export type MetaKeys = KeySpace<typeof metaTemplates, typeof metaPrefixTemplates>;

/** A key below the kv root, taken apart in the same way. */
export type ParsedKvKey = ParsedKeys<typeof kvTemplates>;

/** A key below the meta root, taken apart: `kind` names its row of the table, the other members are its parts. */
export type ParsedMetaKey = ParsedKeys<typeof metaTemplates>;

/** What identifies a segment in a key. */
export type SegmentRef = ParamsOf<(typeof metaTemplates)['segment']>;

/** The node id under which Milvus keeps channels that wait for a node. Source: spec live-cluster §d. */
export declare const bufferNodeID = -9223372036854775808n;

/** `etcd.rootPath`/`etcd.kvSubPath` of a default Milvus. */
export declare const defaultKvRoot = "by-dev/kv";

/** `etcd.rootPath`/`etcd.metaSubPath` of a default Milvus. */
export declare const defaultMetaRoot = "by-dev/meta";

/** Keys below `root`, such as `by-dev/kv`. */
export declare function kvKeys(root?: string): KvKeys;

/** Keys below `root`, such as `by-dev/meta`: `keys.key.segment({ … })`, `keys.prefix.segments()`, `keys.parse(key)`. */
export declare function metaKeys(root?: string): MetaKeys;

// meta-store
/** A condition of a transaction. An absent key has version 0, revisions 0, lease 0. */
export type Compare = {
    readonly key: string;
    readonly version: bigint;
} | {
    readonly key: string;
    readonly createRevision: Revision;
} | {
    readonly key: string;
    readonly modRevision: Revision;
} | {
    readonly key: string;
    readonly value: Uint8Array;
};

/** A key as it was at one revision. Both revisions are of the store, not of the key. */
export interface KeyValue {
    readonly key: string;
    readonly value: Uint8Array;
    readonly createRevision: Revision;
    readonly modRevision: Revision;
    /** Writes since the key was created; 1 for a new key. An absent key has version 0. */
    readonly version: bigint;
    /** The lease that deletes the key when it ends; 0 for none. */
    readonly lease: LeaseID;
}

/** Keys put under it go when their owner does: it is renewed in the background as long as this process lives, and until `revoke`. */
export interface Lease {
    readonly id: LeaseID;
    readonly ttlMs: number;
    /**
     * Aborts when the lease is known or must be assumed to be lost. Renewal goes on in the background until then. Does not abort by
     * `revoke` or by closing the store, which its owner asked for.
     */
    readonly lost: AbortSignal;
    /** Ends the lease now: its keys are deleted. */
    revoke(): Promise<void>;
}

/** Above 0 for a lease that was granted; 0 where a key has none. */
export type LeaseID = bigint;

/**
 * A transactional, watchable key-value store: etcd's model, which every driver keeps to the letter. Reads are linearizable. A write is
 * durable when its promise resolves. Errors: Invalid for a request no store takes, Unavailable when the store cannot be reached in time
 * (a write may have happened or not), Conflict as stated at the call, Fenced for a put under a lease that has ended. Keys are 1 to
 * `keyBytesMax` bytes of UTF-8. A transaction that changes nothing leaves the revision as it is.
 */
export interface MetaStore {
    /** Keys of a page at which a long range is best begun. A store on this machine reads a page in one go on the caller's thread. */
    readonly pageKeys: number;
    /** … and to which its later pages may grow: a remote store walks, for each page, all keys that are behind it. */
    readonly pageKeysMax: number;
    /** The key as it is now; undefined where it does not exist. */
    get(key: string): Promise<KeyValue | undefined>;
    /** One page of a prefix: `scan` reads them all. */
    range(options: RangeOptions): Promise<RangePage>;
    /** Compares, then writes. @throws Fenced when a put names a lease that has ended */
    transact(transaction: Transaction): Promise<TransactionResult>;
    /** The present state of a prefix as one snapshot batch, then every change until the signal aborts. Survives reconnects and compaction. */
    watch(prefix: string, signal: AbortSignal): AsyncIterable<WatchBatch>;
    /** A new lease, renewed from now on. A driver may grant it longer than asked for, and says so in `ttlMs`. */
    grantLease(ttlMs: number): Promise<Lease>;
    /** Ends background work and connections. Leases stay until they expire: revoke them first. */
    close(): Promise<void>;
}

/**
 * Walks the pairs of a page where their bytes lie: for whoever reads hundreds of thousands and must not make objects of each. What the fields
 * say holds until the next step, and the bytes they point into are not to be written to.
 */
export interface PairCursor {
    readonly bytes: Buffer;
    /** The same bytes. */
    readonly view: DataView;
    /** The present key lies in `bytes` from `keyStart` to `keyEnd` (exclusive), as UTF-8. */
    readonly keyStart: number;
    readonly keyEnd: number;
    /** The present value lies there from `valueStart` to `valueEnd` (exclusive). */
    readonly valueStart: number;
    readonly valueEnd: number;
    /** Moves on to the next pair, at first to the first one; false behind the last one. */
    next(): boolean;
}

/** Which page of a prefix is read, and as of when. */
export interface RangeOptions {
    readonly prefix: string;
    /** Start behind this key (exclusive). Default: at the prefix. */
    readonly after?: string;
    /** End before this key (exclusive). Default: the end of the prefix. */
    readonly before?: string;
    /** Keys on a page, 1 to `rangeLimitMax`. Default: `rangeLimitDefault`. */
    readonly limit?: number;
    /** Read the store as it was then. Throws Conflict when that revision was compacted away. */
    readonly revision?: Revision;
    readonly keysOnly?: boolean;
    /**
     * Gives memory of at least so many bytes for a page that a store reads bytes of into; one that has its pairs as objects needs none. By
     * default it is new. It may be used again when nobody reads the page any more; memory given to a call that fails, never.
     */
    readonly memory?: (bytes: number) => Buffer;
}

/** Keys of a prefix that follow each other without a gap. */
export interface RangePage {
    /** Ascending by key bytes. With `keysOnly`, values are empty. A store may read them from its answer each time they are asked for. */
    readonly kvs: readonly KeyValue[];
    /** The same in place, from the first one on. */
    pairs(): PairCursor;
    /** The last key; undefined on a page without any. */
    readonly lastKey: string | undefined;
    /** The revision the page was read at: pass it on to read the next page of the same state. */
    readonly revision: Revision;
    /** Whether keys follow behind the last one of this page. */
    readonly more: boolean;
}

/** Revision of the whole store: grows by one with each transaction that writes. */
export type Revision = bigint;

/** Writes that are done if the conditions hold, all at one revision; without conditions they always are. */
export interface Transaction {
    /** All must hold, by equality. */
    readonly compares?: readonly Compare[];
    /**
     * Done together, or not at all. At most `transactionOpsMax` compares and writes together. No key twice, be it by its name or by a
     * deleted prefix.
     */
    readonly writes: readonly WriteOp[];
}

/** What came of a transaction. A condition that did not hold is an answer, not an error. */
export interface TransactionResult {
    /** False: a compare did not hold and nothing was written. */
    readonly succeeded: boolean;
    /** Of the store after the transaction. */
    readonly revision: Revision;
}

/** All events of one or more whole transactions, in order. */
export interface WatchBatch {
    readonly events: readonly WatchEvent[];
    /** Everything up to this revision has been delivered. */
    readonly revision: Revision;
    /**
     * True on the first batch and after a gap that could not be filled (history compacted away): `events` is then a listing of what exists now,
     * as puts, and whatever the watcher knew besides is gone.
     */
    readonly snapshot: boolean;
}

/** A change of one key. `previous` is what was there before; undefined where nothing was, in a snapshot, and where the store no longer knows. */
export type WatchEvent = {
    readonly type: 'put';
    readonly kv: KeyValue;
    readonly previous: KeyValue | undefined;
} | {
    readonly type: 'delete';
    readonly key: string;
    readonly modRevision: Revision;
    readonly previous: KeyValue | undefined;
};

/** One write of a transaction. Deleting what is not there is none, and no error. */
export type WriteOp = {
    readonly put: string;
    readonly value: Uint8Array;
    readonly lease?: LeaseID;
} | {
    readonly delete: string;
}
| {
    readonly deletePrefix: string;
};

/** … where its caller names no limit. */
export declare const rangeLimitDefault = 10000;

/** Most keys on one page of a range. */
export declare const rangeLimitMax = 100000;

/** Every key of a prefix, page by page, all read at one revision. */
export declare function scan(store: MetaStore, options: Omit<RangeOptions, 'after'>): AsyncGenerator<RangePage>;

/** Most bytes of keys and values in one transaction. Source: etcd's default --max-request-bytes, less its envelope. */
export declare const transactionBytesMax = 1500000;

/** Most compares and writes of one transaction. Source: etcd's default --max-txn-ops. */
export declare const transactionOpsMax = 128;

// open
/** The metastore that `millrace.metastore` names. Invalid when what it needs is not configured. */
export declare function openMetaStore(options: Options, components: {
    readonly clock: Clock;
    readonly log: Logger;
}): Promise<MetaStore>;

// session-info
/** Milvus' roles, as they stand in session keys. Ours are rootcoord, datacoord, datanode and proxy; the others are the original's. */
export type Role = keyof typeof roles;

/** What a session key says. Source: spec datacoord §11.2. */
export interface SessionInfo {
    readonly serverID: bigint;
    readonly role: string;
    /** `host:port`, dialled as it is. */
    readonly address: string;
    readonly exclusive: boolean;
    /** The server is going: give it nothing new. */
    readonly stopping: boolean;
    /** A semantic version. The original DataCoord ignores DataNodes below 2.2.3. */
    readonly version: string;
}

/** Coordinators hold `session/<role>` alone; the others `session/<role>-<serverID>`. */
export declare const roles: {
    readonly rootcoord: {
        readonly exclusive: true;
    };
    readonly datacoord: {
        readonly exclusive: true;
    };
    readonly querycoord: {
        readonly exclusive: true;
    };
    readonly indexcoord: {
        readonly exclusive: true;
    };
    readonly proxy: {
        readonly exclusive: false;
    };
    readonly datanode: {
        readonly exclusive: false;
    };
    readonly querynode: {
        readonly exclusive: false;
    };
    readonly indexnode: {
        readonly exclusive: false;
    };
};

// session
/** A process' entry among the sessions of the cluster, renewed until it is closed or lost. */
export interface Session {
    readonly serverID: bigint;
    readonly key: string;
    /** Create revision of the session key. A transaction that compares it is refused once the session is lost (law of fencing). */
    readonly revision: Revision;
    /** Aborts when the lease ended or somebody removed the key: stop writing at once. Not by `close`. */
    readonly lost: AbortSignal;
    /** Revokes the lease: the key is gone when this resolves. Does nothing to a session that is lost. */
    close(): Promise<void>;
}

/** What has changed among the sessions of a role. A coordinator whose key another one took is in both, the old id and the new. */
export interface SessionChanges {
    /** New sessions, and known ones whose content changed (`stopping`). */
    readonly added: readonly SessionInfo[];
    readonly removed: readonly SessionInfo[];
}

/** Who a process says it is to the others. Source: spec datacoord §11.2. */
export interface SessionSettings {
    readonly role: Role;
    /** `host:port` the others dial. */
    readonly address: string;
    /** From `allocateServerID`, where it is needed before the server listens. Default: allocated here. */
    readonly serverID?: bigint;
    /** `common.session.ttl`. Default 20 s. */
    readonly ttlMs?: number;
    /** Tries against a key that somebody still holds: `common.session.retryTimes`, default 30, pausing 0.2 to 3 s. */
    readonly attempts?: number;
    /** Default 2.2.8: the original DataCoord ignores DataNodes below 2.2.3. */
    readonly version?: string;
}

/**
 * Takes the next server id: unique in the cluster, larger with each start. Source: spec datacoord §11.1.
 * @throws Corrupt when the counter holds no number
 */
export declare function allocateServerID(store: MetaStore, root: string): Promise<bigint>;

/** The session of a coordinator, or undefined while there is none. Source: spec datacoord §11.3. */
export declare function discover(store: MetaStore, root: string, role: string): Promise<SessionInfo | undefined>;

/** All sessions of a role, in the order of their keys. */
export declare function listSessions(store: MetaStore, root: string, role: string): Promise<SessionInfo[]>;

/**
 * Puts the session key under a lease and keeps it. A coordinator waits for a predecessor's key to run out; Conflict when it does not
 * within the attempts, Unavailable when the signal aborts first. Source: spec datacoord §11.2.
 */
export declare function registerSession(world: World, root: string, settings: SessionSettings, signal: AbortSignal): Promise<Session>;

/** First all sessions of the role (perhaps none), then each change. What a gap in the watch hid is made up for. */
export declare function watchSessions(store: MetaStore, root: string, role: string, signal: AbortSignal): AsyncGenerator<SessionChanges, undefined>;

// standby
/**
 * Takes part for a coordinator's session: registers under a key of its own, `session/<role>-<serverID>`, and waits, as long as it takes, until the
 * key of the active one is gone and this process is the first to create it; both are under one lease. Source: spec datacoord §1.5.
 * @param standsBy called once it is registered
 * @throws Fenced when its lease ends before it is the active one; Unavailable when the signal aborts first
 */
export declare function registerStandby({ store, clock }: StandbyWorld, root: string, settings: SessionSettings, signal: AbortSignal, standsBy: () => void): Promise<Session>;

// Not exported by name:

// drivers/memory-engine
/** What the clients of one memory store share. */
export declare class MemoryEngine implements WatchSource {
    readonly table: MemoryTable;
    constructor(clock: Clock, logMax: number);
    /** Time passes for leases while a client is open; without one, nothing keeps the process alive. */
    clientOpened(): void;
    clientClosed(): void;
    read(): MemoryTable;
    transact(transaction: Transaction): TransactionResult;
    changed(after: Revision, signal: AbortSignal): Promise<boolean>;
    /** The signal aborts when the lease ends other than by `endLease`. */
    grantLease(ttlMs: number): {
        readonly id: LeaseID;
        readonly ended: AbortSignal;
    };
    /** False when the lease has ended. */
    renewLease(id: LeaseID): boolean;
    endLease(id: LeaseID): void;
}

// drivers/memory-table
/** The whole store in the heap. */
export declare class MemoryTable implements WritableTable {
    readonly logMax: number;
    /** @param logMax Transactions the log keeps at least; it is trimmed at twice as many. */
    constructor(logMax: number);
    get revision(): Revision;
    get compacted(): Revision;
    get(key: string): KeyValue | undefined;
    entries(prefix: string, after?: string, before?: string): Generator<KeyValue>;
    log(after: Revision): Iterable<LogEntry>;
    hasLease(lease: LeaseID): boolean;
    addLease(lease: LeaseID): void;
    keysOfLease(lease: LeaseID): Iterable<string>;
    removeLease(lease: LeaseID): void;
    commit(entry: LogEntry): void;
}

// key-template
type Collect<Template extends string> = Template extends `${string}{${infer Placeholder}}${infer Rest}` ? {
    readonly [N in NameOf<Placeholder>]: ValueOf<N>;
} & Collect<Rest> : unknown;

type NameOf<Placeholder extends string> = Placeholder extends `+${infer Name}` ? Name : Placeholder;

/** The parts a key template such as `s/{collectionID}/{name}` takes and gives back. */
export type ParamsOf<Template extends string> = {
    readonly [Name in keyof Collect<Template>]: Collect<Template>[Name];
};

type ValueOf<Name extends string> = Name extends `${string}ID` | 'timestamp' ? bigint : string;

// keys
type KeyFunctions<T extends Templates> = {
    readonly [Name in keyof T]: keyof ParamsOf<T[Name]> extends never ? () => string : (params: ParamsOf<T[Name]>) => string;
};

interface KeySpace<Kinds extends Templates, Prefixes extends Templates> {
    readonly root: string;
    /** One function per key. Throws Invalid for a part that would change the key's shape (empty, or with a slash). */
    readonly key: KeyFunctions<Kinds>;
    /** One function per prefix; each ends in a slash. */
    readonly prefix: KeyFunctions<Prefixes>;
    /** What a key below this root is, and its parts; undefined for any other key. */
    parse(key: string): ParsedKeys<Kinds> | undefined;
}

type ParsedKeys<T extends Templates> = {
    readonly [Name in keyof T]: {
        readonly kind: Name;
    } & ParamsOf<T[Name]>;
}[keyof T];

type Templates = {
    readonly [name: string]: string;
};

declare const kvPrefixTemplates: {
    readonly importTasks: 'importtask/';
};

/** Keys below the kv root, all of them RootCoord's and QueryCoord's. Source: spec live-cluster §a and §d. */
declare const kvTemplates: {
    /** → 8 bytes, big-endian: unix nanoseconds up to which timestamps may have been handed out */
    readonly tsoTimestamp: 'tso/timestamp';
    /** → 8 bytes, big-endian: the same for unique ids */
    readonly idTimestamp: 'gid/idTimestamp';
    /** → as idTimestamp, QueryCoord's own */
    readonly queryCoordIDTimestamp: 'querycoord-id-allocator/idTimestamp';
    /** → data.ImportTaskInfo */
    readonly importTask: 'importtask/{taskID}';
};

/** Prefixes to list, watch and delete by. All end in a slash, so that the prefix of 1 does not hold the keys of 10. */
declare const metaPrefixTemplates: {
    readonly segments: 'datacoord-meta/s/';
    readonly segmentsOfCollection: 'datacoord-meta/s/{collectionID}/';
    readonly segmentsOfPartition: 'datacoord-meta/s/{collectionID}/{partitionID}/';
    readonly binlogs: 'datacoord-meta/binlog/';
    readonly binlogsOfCollection: 'datacoord-meta/binlog/{collectionID}/';
    readonly binlogsOfSegment: 'datacoord-meta/binlog/{collectionID}/{partitionID}/{segmentID}/';
    readonly deltalogs: 'datacoord-meta/deltalog/';
    readonly deltalogsOfCollection: 'datacoord-meta/deltalog/{collectionID}/';
    readonly deltalogsOfSegment: 'datacoord-meta/deltalog/{collectionID}/{partitionID}/{segmentID}/';
    readonly statslogs: 'datacoord-meta/statslog/';
    readonly statslogsOfCollection: 'datacoord-meta/statslog/{collectionID}/';
    readonly statslogsOfSegment: 'datacoord-meta/statslog/{collectionID}/{partitionID}/{segmentID}/';
    readonly channelRemovals: 'datacoord-meta/channel-removal/';
    readonly channelCheckpoints: 'datacoord-meta/channel-cp/';
    readonly channelWatches: 'channelwatch/';
    readonly channelWatchesOfNode: 'channelwatch/{nodeID}/';
    readonly flushedSegments: 'flushed-segment/';
    readonly segmentReferences: 'segmentRefer/';
    readonly handoffs: 'querycoord-handoff/';
    readonly sessions: 'session/';
    readonly configs: 'config/';
    readonly collections: 'root-coord/collection/';
    readonly partitions: 'root-coord/partitions/';
    readonly partitionsOfCollection: 'root-coord/partitions/{collectionID}/';
    readonly fields: 'root-coord/fields/';
    readonly fieldsOfCollection: 'root-coord/fields/{collectionID}/';
    readonly aliases: 'root-coord/aliases/';
    readonly compactionPlans: 'millrace/compaction/';
    readonly legacyNodes: 'millrace/legacy-node/';
    readonly intents: 'millrace/intent/';
    readonly millraceRecords: 'millrace/';
};

/**
 * Every key below the meta root. `{xID}` and `{timestamp}` are decimal integers, `{role}` a lower-case word, `{+path}` any rest, all
 * others text without a slash. Order matters to the parser where two could match: the first wins.
 * Sources: spec datacoord §6.1 and §11, live-cluster §a and §d, datanode-and-formats §8.3.
 */
declare const metaTemplates: {
    /** → data.SegmentInfo without its log lists */
    readonly segment: 'datacoord-meta/s/{collectionID}/{partitionID}/{segmentID}';
    /** → data.FieldBinlog, log paths emptied */
    readonly binlog: 'datacoord-meta/binlog/{collectionID}/{partitionID}/{segmentID}/{fieldID}';
    /** → data.FieldBinlog; field 0; a zero-length value for a segment without deletes */
    readonly deltalog: 'datacoord-meta/deltalog/{collectionID}/{partitionID}/{segmentID}/{fieldID}';
    /** → data.FieldBinlog; the primary key's field only */
    readonly statslog: 'datacoord-meta/statslog/{collectionID}/{partitionID}/{segmentID}/{fieldID}';
    /** → text `non-removed` for a live channel, `removed` once it is dropped */
    readonly channelRemoval: 'datacoord-meta/channel-removal/{vchannel}';
    /** → internal.MsgPosition */
    readonly channelCheckpoint: 'datacoord-meta/channel-cp/{vchannel}';
    /** → data.ChannelWatchInfo, written by DataCoord, answered in place by the DataNode */
    readonly channelWatch: 'channelwatch/{nodeID}/{vchannel}';
    /** → data.SegmentInfo with its id alone; IndexCoord watches and deletes it */
    readonly flushedSegment: 'flushed-segment/{collectionID}/{partitionID}/{segmentID}';
    /** → data.SegmentReferenceLock */
    readonly segmentReference: 'segmentRefer/{taskID}/{nodeID}';
    /** → query.SegmentInfo; only before 2.2 */
    readonly handoff: 'querycoord-handoff/{collectionID}/{partitionID}/{segmentID}';
    /** → text, the next server id */
    readonly serverIDCounter: 'session/id';
    /** → JSON of a session that exists several times */
    readonly nodeSession: 'session/{role}-{serverID}';
    /** → JSON of a coordinator's session */
    readonly exclusiveSession: 'session/{role}';
    /** → text; overrides a configuration item of every role: never write it */
    readonly config: 'config/{+path}';
    /** → etcd.CollectionInfo without fields and partitions */
    readonly collection: 'root-coord/collection/{collectionID}';
    /** → etcd.PartitionInfo */
    readonly partition: 'root-coord/partitions/{collectionID}/{partitionID}';
    /** → schema.FieldSchema */
    readonly field: 'root-coord/fields/{collectionID}/{fieldID}';
    /** → etcd.AliasInfo */
    readonly alias: 'root-coord/aliases/{alias}';
    /** → users, roles and grants */
    readonly credential: 'root-coord/credential/{+path}';
    /** A copy for time travel; the three bytes E2 9B BC mean deleted. → as the key it copies */
    readonly snapshot: 'snapshots/{+path}_ts{timestamp}';
    /** → query.ResourceGroup */
    readonly resourceGroup: 'queryCoord-ResourceGroup/{name}';
    /** → text, the version of Millrace's own records */
    readonly millraceLayout: 'millrace/layout';
    /** → a compaction plan that must survive a restart */
    readonly compactionPlan: 'millrace/compaction/{planID}';
    /** → text, the address of a registered node of the older API */
    readonly legacyNode: 'millrace/legacy-node/{nodeID}';
    /** → what a restart completes: work that needs more than one transaction */
    readonly intent: 'millrace/intent/{name}';
    /** → any other record of Millrace's own */
    readonly millraceRecord: 'millrace/{+path}';
};

// local/table
/** All events of one transaction. */
export interface LogEntry {
    readonly revision: Revision;
    readonly events: readonly WatchEvent[];
}

/** What the drivers that keep their own data build on: one consistent state of all keys, and the log of how it came about. */
export interface Table {
    /** Of the latest transaction; 1 before the first, as in etcd. */
    readonly revision: Revision;
    /** The log holds every transaction after this revision. */
    readonly compacted: Revision;
    get(key: string): KeyValue | undefined;
    /** Keys of the prefix behind `after` and before `before`, ascending by bytes. Not to be used across a write. */
    entries(prefix: string, after?: string, before?: string): Iterable<KeyValue>;
    /** Log entries behind a revision that is not below `compacted`, oldest first. */
    log(after: Revision): Iterable<LogEntry>;
}

export interface WritableTable extends Table {
    hasLease(lease: LeaseID): boolean;
    /** Makes the entry part of the state and of the log. Its revision is the next one. */
    commit(entry: LogEntry): void;
}

// local/watch
export interface WatchSource {
    /** The latest state. */
    read(): Table;
    /** Resolves true once the store is past the revision, false when the signal aborts first. */
    changed(after: Revision, signal: AbortSignal): Promise<boolean>;
}

// session
interface World {
    readonly store: MetaStore;
    readonly clock: Clock;
    readonly random: Random;
}

// standby
export interface StandbyWorld {
    readonly store: MetaStore;
    readonly clock: Clock;
    readonly random: Random;
}


// @millrace/metastore/testing

// testing/harness
/** A store under the conformance suite, and what the suite has to do to it from outside. A driver's test makes one for each test. */
export interface MetaStoreHarness {
    readonly store: MetaStore;
    /** Another client of the same data, as another process has. The suite closes it. */
    another(): Promise<MetaStore>;
    /** Makes every revision before now unreadable. */
    compact(): Promise<void>;
    /** A ttl short enough for a test to wait for; it must be the true one. */
    readonly leaseTtlMs: number;
    close(): Promise<void>;
}

// testing/meta-store-suite
/** The harness of the running test, and a prefix that is its alone. */
export interface SuiteContext {
    readonly harness: () => MetaStoreHarness;
    /** A key, or prefix, below the test's own prefix. */
    readonly at: (name: string) => string;
    /** Aborts when the test is over. */
    readonly signal: () => AbortSignal;
}

/** What every driver of MetaStore must do. `open` is called once per test; the data may be shared between tests. */
export declare function describeMetaStore(name: string, open: () => Promise<MetaStoreHarness>): void;

