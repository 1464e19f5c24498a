// @millrace/metastore

// check-request
export declare function transactionBytes({ compares, writes }: Transaction): number;

// compaction-task
export type CompactionStateName = 'pipelining' | 'executing' | 'completed' | 'failed' | 'timeout';

export interface CompactionTask {
    readonly signalID: bigint;
    readonly plan: data.CompactionPlan;
    readonly reason: string;
    readonly collectionID: bigint;
    readonly state: CompactionStateName;
    readonly nodeID: bigint;
    readonly sinceMs: number;
    readonly target: bigint | undefined;
}

export declare const compactionTransitions: TransitionTable<CompactionStateName>;

export declare function decodeCompactionTask(bytes: Uint8Array): CompactionTask;

export declare function encodeCompactionTask({ plan, ...task }: CompactionTask): Uint8Array;

export declare function isRunning({ state }: CompactionTask): boolean;

export declare function sourcesOf({ plan }: CompactionTask): bigint[];

// drivers/etcd
export declare class EtcdMetaStore implements MetaStore {
    readonly pageKeys: number;
    constructor(components: EtcdMetaStoreComponents, settings: EtcdMetaStoreSettings);
    get(key: string): Promise<KeyValue | undefined>;
    range(options: RangeOptions): Promise<RangePage>;
    transact(transaction: Transaction): Promise<TransactionResult>;
    watch(prefix: string, signal: AbortSignal): AsyncIterable<WatchBatch>;
    grantLease(ttlMs: number): Promise<Lease>;
    close(): Promise<void>;
}

export interface EtcdMetaStoreComponents {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
}

export interface EtcdMetaStoreSettings {
    readonly endpoints: readonly string[];
    readonly deadlineMs?: number;
}

// drivers/lmdb
export declare class LmdbMetaStore implements MetaStore, WatchSource {
    readonly pageKeys: number;
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

export interface LmdbMetaStoreComponents {
    readonly clock: Clock;
    readonly log: Logger;
}

export interface LmdbMetaStoreSettings {
    readonly directory: string;
    readonly historyMax?: number;
}

// drivers/memory
export declare class MemoryMetaStore implements MetaStore {
    readonly pageKeys: number;
    constructor({ clock }: MemoryMetaStoreComponents, settings?: MemoryMetaStoreSettings, engine?: MemoryEngine);
    client(components?: MemoryMetaStoreComponents): MemoryMetaStore;
    get(key: string): Promise<KeyValue | undefined>;
    range(options: RangeOptions): Promise<RangePage>;
    transact(transaction: Transaction): Promise<TransactionResult>;
    watch(prefix: string, signal: AbortSignal): AsyncIterable<WatchBatch>;
    grantLease(ttlMs: number): Promise<Lease>;
    close(): Promise<void>;
}

export interface MemoryMetaStoreComponents {
    readonly clock: Clock;
}

export interface MemoryMetaStoreSettings {
    readonly historyMax?: number;
}

// dump
export declare function dump(store: MetaStore, prefix: string): AsyncGenerator<string, undefined>;

export declare function load(store: MetaStore, lines: AsyncIterable<string> | Iterable<string>): Promise<number>;

// group-commit
export declare class GroupCommit {
    constructor(store: MetaStore, { guards, waitingMax, waitingBytesMax }: GroupCommitSettings);
    commit({ writes }: Pick<Transaction, 'writes'>): Promise<void>;
}

export interface GroupCommitSettings {
    readonly guards: readonly Compare[];
    readonly waitingMax?: number;
    readonly waitingBytesMax?: number;
}

// key-order
export declare function compareKeys(a: string, b: string): number;

export declare const keyBytesMax = 1024;

// keys
export type KvKeys = KeySpace<typeof kvTemplates, typeof kvPrefixTemplates>;

export type MetaKeys = KeySpace<typeof metaTemplates, typeof metaPrefixTemplates>;

export type ParsedKvKey = ParsedKeys<typeof kvTemplates>;

export type ParsedMetaKey = ParsedKeys<typeof metaTemplates>;

export type SegmentRef = ParamsOf<(typeof metaTemplates)['segment']>;

export declare const bufferNodeID = -9223372036854775808n;

export declare const defaultKvRoot = "by-dev/kv";

export declare const defaultMetaRoot = "by-dev/meta";

export declare function kvKeys(root?: string): KvKeys;

export declare function metaKeys(root?: string): MetaKeys;

// meta-store
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

export interface KeyValue {
    readonly key: string;
    readonly value: Uint8Array;
    readonly createRevision: Revision;
    readonly modRevision: Revision;
    readonly version: bigint;
    readonly lease: LeaseID;
}

export interface Lease {
    readonly id: LeaseID;
    readonly ttlMs: number;
    readonly lost: AbortSignal;
    revoke(): Promise<void>;
}

export type LeaseID = bigint;

export interface MetaStore {
    readonly pageKeys: number;
    get(key: string): Promise<KeyValue | undefined>;
    range(options: RangeOptions): Promise<RangePage>;
    transact(transaction: Transaction): Promise<TransactionResult>;
    watch(prefix: string, signal: AbortSignal): AsyncIterable<WatchBatch>;
    grantLease(ttlMs: number): Promise<Lease>;
    close(): Promise<void>;
}

export interface RangeOptions {
    readonly prefix: string;
    readonly after?: string;
    readonly before?: string;
    readonly limit?: number;
    readonly revision?: Revision;
    readonly keysOnly?: boolean;
}

export interface RangePage {
    readonly kvs: readonly KeyValue[];
    readonly revision: Revision;
    readonly more: boolean;
}

export type Revision = bigint;

export interface Transaction {
    readonly compares?: readonly Compare[];
    readonly writes: readonly WriteOp[];
}

export interface TransactionResult {
    readonly succeeded: boolean;
    readonly revision: Revision;
}

export interface WatchBatch {
    readonly events: readonly WatchEvent[];
    readonly revision: Revision;
    readonly snapshot: boolean;
}

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

export declare const rangeLimitMax = 10000;

export declare function scan(store: MetaStore, options: Omit<RangeOptions, 'after'>): AsyncGenerator<RangePage>;

export declare const transactionBytesMax = 1500000;

export declare const transactionOpsMax = 128;

// open
export declare function openMetaStore(options: Options, components: {
    readonly clock: Clock;
    readonly log: Logger;
}): Promise<MetaStore>;

// session-info
export type Role = keyof typeof roles;

export interface SessionInfo {
    readonly serverID: bigint;
    readonly role: string;
    readonly address: string;
    readonly exclusive: boolean;
    readonly stopping: boolean;
    readonly version: string;
}

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
export interface Session {
    readonly serverID: bigint;
    readonly key: string;
    readonly revision: Revision;
    readonly lost: AbortSignal;
    close(): Promise<void>;
}

export interface SessionChanges {
    readonly added: readonly SessionInfo[];
    readonly removed: readonly SessionInfo[];
}

export interface SessionSettings {
    readonly role: Role;
    readonly address: string;
    readonly serverID?: bigint;
    readonly ttlMs?: number;
    readonly attempts?: number;
    readonly version?: string;
}

export declare function allocateServerID(store: MetaStore, root: string): Promise<bigint>;

export declare function discover(store: MetaStore, root: string, role: string): Promise<SessionInfo | undefined>;

export declare function listSessions(store: MetaStore, root: string, role: string): Promise<SessionInfo[]>;

export declare function registerSession(world: World, root: string, settings: SessionSettings, signal: AbortSignal): Promise<Session>;

export declare function watchSessions(store: MetaStore, root: string, role: string, signal: AbortSignal): AsyncGenerator<SessionChanges, undefined>;

// standby
export declare function registerStandby({ store, clock }: StandbyWorld, root: string, settings: SessionSettings, signal: AbortSignal, standsBy: () => void): Promise<Session>;

// Not exported by name:

// drivers/memory-engine
export declare class MemoryEngine implements WatchSource {
    readonly table: MemoryTable;
    constructor(clock: Clock, logMax: number);
    clientOpened(): void;
    clientClosed(): void;
    read(): MemoryTable;
    transact(transaction: Transaction): TransactionResult;
    changed(after: Revision, signal: AbortSignal): Promise<boolean>;
    grantLease(ttlMs: number): {
        readonly id: LeaseID;
        readonly ended: AbortSignal;
    };
    renewLease(id: LeaseID): boolean;
    endLease(id: LeaseID): void;
}

// drivers/memory-table
export declare class MemoryTable implements WritableTable {
    readonly logMax: number;
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
    readonly key: KeyFunctions<Kinds>;
    readonly prefix: KeyFunctions<Prefixes>;
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

declare const kvTemplates: {
    readonly tsoTimestamp: 'tso/timestamp';
    readonly idTimestamp: 'gid/idTimestamp';
    readonly queryCoordIDTimestamp: 'querycoord-id-allocator/idTimestamp';
    readonly importTask: 'importtask/{taskID}';
};

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

declare const metaTemplates: {
    readonly segment: 'datacoord-meta/s/{collectionID}/{partitionID}/{segmentID}';
    readonly binlog: 'datacoord-meta/binlog/{collectionID}/{partitionID}/{segmentID}/{fieldID}';
    readonly deltalog: 'datacoord-meta/deltalog/{collectionID}/{partitionID}/{segmentID}/{fieldID}';
    readonly statslog: 'datacoord-meta/statslog/{collectionID}/{partitionID}/{segmentID}/{fieldID}';
    readonly channelRemoval: 'datacoord-meta/channel-removal/{vchannel}';
    readonly channelCheckpoint: 'datacoord-meta/channel-cp/{vchannel}';
    readonly channelWatch: 'channelwatch/{nodeID}/{vchannel}';
    readonly flushedSegment: 'flushed-segment/{collectionID}/{partitionID}/{segmentID}';
    readonly segmentReference: 'segmentRefer/{taskID}/{nodeID}';
    readonly handoff: 'querycoord-handoff/{collectionID}/{partitionID}/{segmentID}';
    readonly serverIDCounter: 'session/id';
    readonly nodeSession: 'session/{role}-{serverID}';
    readonly exclusiveSession: 'session/{role}';
    readonly config: 'config/{+path}';
    readonly collection: 'root-coord/collection/{collectionID}';
    readonly partition: 'root-coord/partitions/{collectionID}/{partitionID}';
    readonly field: 'root-coord/fields/{collectionID}/{fieldID}';
    readonly alias: 'root-coord/aliases/{alias}';
    readonly credential: 'root-coord/credential/{+path}';
    readonly snapshot: 'snapshots/{+path}_ts{timestamp}';
    readonly resourceGroup: 'queryCoord-ResourceGroup/{name}';
    readonly millraceLayout: 'millrace/layout';
    readonly compactionPlan: 'millrace/compaction/{planID}';
    readonly legacyNode: 'millrace/legacy-node/{nodeID}';
    readonly intent: 'millrace/intent/{name}';
    readonly millraceRecord: 'millrace/{+path}';
};

// local/table
export interface LogEntry {
    readonly revision: Revision;
    readonly events: readonly WatchEvent[];
}

export interface Table {
    readonly revision: Revision;
    readonly compacted: Revision;
    get(key: string): KeyValue | undefined;
    entries(prefix: string, after?: string, before?: string): Iterable<KeyValue>;
    log(after: Revision): Iterable<LogEntry>;
}

export interface WritableTable extends Table {
    hasLease(lease: LeaseID): boolean;
    commit(entry: LogEntry): void;
}

// local/watch
export interface WatchSource {
    read(): Table;
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
export interface MetaStoreHarness {
    readonly store: MetaStore;
    another(): Promise<MetaStore>;
    compact(): Promise<void>;
    readonly leaseTtlMs: number;
    close(): Promise<void>;
}

// testing/meta-store-suite
export interface SuiteContext {
    readonly harness: () => MetaStoreHarness;
    readonly at: (name: string) => string;
    readonly signal: () => AbortSignal;
}

export declare function describeMetaStore(name: string, open: () => Promise<MetaStoreHarness>): void;

