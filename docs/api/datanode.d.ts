// @millrace/datanode

// datanode
/** A DataNode as it runs: its handlers are served by whoever made it. */
export interface DataNode {
    readonly state: NodeState;
    readonly handlers: HandlersOf<typeof data.DataNodeService>;
    readonly budget: MemoryBudget;
    /** The channels that are consumed now, for metrics and the console. */
    channels(): readonly ChannelPipeline[];
    /** Serves its assignments until the signal aborts: then all work ends at once, unwritten rows stay in the log. */
    run(signal: AbortSignal): Promise<void>;
    /** Writes what every channel buffers and its last checkpoint. Call it before aborting `run` for an orderly stop. */
    drain(): Promise<void>;
}

/** What a DataNode stands on. Whoever made them closes them, after `run` has ended. */
export interface DataNodeComponents {
    /** The server id of its session: new with each start. */
    readonly nodeID: UniqueID;
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly metaStore: MetaStore;
    readonly stream: MessageStream;
    readonly packs: PackSource;
    readonly objectStore: ObjectStore;
    readonly rootCoord: RootCoordCalls;
    readonly dataCoord: DataCoordCalls;
    readonly encoder: BinlogEncoder;
    /** Default: the machine's. */
    readonly hardware?: ReadHardware;
    /** Where it tells what it does; default: nowhere. */
    readonly metrics?: Metrics;
}

/** A DataNode without its server: what the process, the tests and the simulator start. Source: spec datanode-and-formats §1. */
export declare function createDataNode(settings: DataNodeSettings, components: DataNodeComponents): DataNode;

// encoder/binlog-encoder
/** Turns columns into insert logs and their stats log. Source: spec datanode-and-formats §6.2, §7.1. */
export interface BinlogEncoder {
    /** Memory for columns that `encode` reads without copying them. */
    readonly memory: ColumnMemory;
    /**
     * Chunks may be views of the task's columns, of the very buffers: those must not change until it resolves and the files are written, and
     * whoever uses their memory again goes by them.
     */
    encode(task: EncodeTask): Promise<EncodedRows>;
    /** Tasks under way may fail with Internal. */
    close(): Promise<void>;
}

/** The values of one field: `dataType` is Milvus' code, of which `column` has the shape. */
export interface EncodeField {
    readonly fieldID: UniqueID;
    readonly dataType: number;
    readonly column: Column;
}

/** The rows of one sync: what becomes one insert log per field. */
export interface EncodeTask {
    readonly collectionID: UniqueID;
    readonly partitionID: UniqueID;
    readonly segmentID: UniqueID;
    /** Hybrid timestamp of the wall clock. */
    readonly headerTimestamp: Timestamp;
    /** Least and greatest row timestamp. */
    readonly startTimestamp: Timestamp;
    readonly endTimestamp: Timestamp;
    /** The field the stats log is about: one of `fields`. */
    readonly primaryKeyFieldID: UniqueID;
    /** One per schema field, RowID (field 0) among them; rows in any order, the same in all. */
    readonly fields: readonly EncodeField[];
}

// encoder/drivers/worker-pool
/**
 * Encodes in threads of its own, so that the event loop stays free: the fields of each task are shared out among them. Columns lie in shared
 * memory and are never copied. A thread that dies fails its tasks with Internal and is replaced.
 */
export declare class WorkerPoolEncoder implements BinlogEncoder {
    readonly memory: SharedMemory;
    constructor({ workers, compressionLevel, idleBytesMax, }?: WorkerPoolSettings);
    encode(task: EncodeTask): Promise<EncodedRows>;
    close(): Promise<void>;
}

/** How many threads encode, how hard they compress, and how much memory they keep. */
export interface WorkerPoolSettings {
    /** Default: one fewer than there are cores, for the event loop's sake, and at least 1. */
    readonly workers?: number;
    /** zstd. Default: 1. */
    readonly compressionLevel?: number;
    /**
     * Memory of written columns that is kept for the next ones. Default: 192 MiB, more than buffers and syncs of a busy node or the outputs of a
     * compaction come to: what is let go stays in the process until the next full collection, while new memory is taken beside it.
     */
    readonly idleBytesMax?: number;
}

// encoder/inline-encoder
/** Encodes where it is called: for tests, the simulator, and inside the workers of the pool. */
export declare class InlineEncoder implements BinlogEncoder {
    readonly memory: ColumnMemory;
    constructor({ memory }?: {
        readonly memory?: ColumnMemory;
    });
    encode(task: EncodeTask): Promise<EncodedRows>;
    close(): Promise<void>;
}

// memory-budget
/**
 * Bytes that all channels of a node hold together: buffered rows and deletes, and encoded files not yet stored. Taking never fails: what
 * was read must be kept. Who reads asks first and waits until there is room (law: bounded everything).
 */
export declare class MemoryBudget {
    readonly bytesMax: number;
    readonly highMark: number;
    /**
     * @param highShare share of `bytesMax` above which nothing more is read
     * @param syncBytesMax bytes of syncs under way above which nothing more is read: more of them in parallel store nothing faster
     */
    constructor(bytesMax: number, highShare: number, syncBytesMax: number);
    get bytes(): number;
    /** The most that was ever held. */
    get peakBytes(): number;
    /** So much is held that buffers should be written. */
    get isHigh(): boolean;
    /** Whether more may be read: less is held, and less on its way into the store, than either limit. */
    get hasRoom(): boolean;
    /** So much more is held, whether there is room or not. */
    take(bytes: number): void;
    /** So much is held no more. Whoever took it gives it back, once. */
    give(bytes: number): void;
    /** Of what is held, so much more (less, where negative) is on its way into the store. */
    sync(bytes: number): void;
    /** True once there is room, false as soon as the signal aborts. */
    whenRoom(signal: AbortSignal): Promise<boolean>;
}

// node-world
/** The calls of a DataCoord that a DataNode makes. */
export type DataCoordCalls = Pick<ClientOf<typeof data.DataCoordService>, 'getSegmentInfo' | 'getRecoveryInfoV2' | 'saveBinlogPaths' | 'updateChannelCheckpoint' | 'dropVirtualChannel' | 'assignSegmentId' | 'updateSegmentStatistics' | 'saveImportSegment'>;

/** The calls of a RootCoord that a DataNode makes. */
export type RootCoordCalls = Pick<ClientOf<typeof rootcoord.RootCoordService>, 'allocId' | 'allocTimestamp' | 'describeCollectionInternal' | 'reportImport'>;

// pipeline/pack-source
/** Which part of a physical channel to read, and from where. */
export interface PackRequest {
    readonly vchannel: string;
    readonly pchannel: string;
    readonly collectionID: UniqueID;
    /** Undefined: from the earliest message. */
    readonly from: Position | undefined;
    /** Written into positions. */
    readonly subscription: string;
    readonly signal: AbortSignal;
}

/** Packs of one channel, in order, until the signal aborts. Source: spec datanode-and-formats §5.7. */
export interface PackSource {
    packs(request: PackRequest): AsyncIterable<Pack>;
}

// pipeline/stream-packs
/** Packs straight from the log, for all channels of a node: its virtual channels share the reading of their physical one. */
export declare class StreamPacks implements PackSource {
    constructor({ stream, log }: {
        readonly stream: MessageStream;
        readonly log: Logger;
    });
    packs(request: PackRequest): AsyncIterable<Pack>;
}

// server
/** What a DataNode process stands on. Whoever opened them closes them, after `runDataNode` has ended. */
export interface DataNodeServerComponents {
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly metaStore: MetaStore;
    readonly stream: MessageStream;
    readonly packs: PackSource;
    readonly objectStore: ObjectStore;
    readonly rootCoord: RootCoordCalls;
    readonly dataCoord: DataCoordCalls;
    readonly encoder: BinlogEncoder;
    /** Where it tells what it does; default: nowhere. */
    readonly metrics?: Metrics;
}

/** Called once the node serves and its session is known. */
export type OnReady = (server: {
    readonly port: number;
    readonly serverID: bigint;
}) => void;

/**
 * Runs a DataNode until the signal aborts: listens, registers, serves what is assigned; then writes what it buffers, gives the session back
 * and resolves. Rejects with Fenced when the session is lost: its channels belong to others then, and nothing more is written.
 * Source: spec datanode-and-formats §1.
 */
export declare function runDataNode(settings: DataNodeSettings, components: DataNodeServerComponents, signal: AbortSignal, onReady?: OnReady): Promise<void>;

// settings-from-options
/** The settings that Milvus' configuration keys describe. */
export declare function settingsFromOptions(options: Options): DataNodeSettings;

// settings
/** What a DataNode is told. Names in comments are Milvus' configuration keys. Source: spec datanode-and-formats §12. */
export interface DataNodeSettings {
    /** Host the server listens on. */
    readonly host: string;
    /** `dataNode.port`. A free one is taken when it is in use; 0 always takes a free one. */
    readonly port: number;
    /** Host written into the session, which DataCoord dials. */
    readonly advertisedHost: string;
    /** Root of the metadata keys: `etcd.rootPath`/`etcd.metaSubPath`. */
    readonly metaRoot: string;
    /** Root of object keys: `minio.rootPath`. Must be DataCoord's own. */
    readonly objectRoot: string;
    /** `common.chanNamePrefix.*` */
    readonly channelNames: ChannelNames;
    /** `common.subNamePrefix.dataNodeSubNamePrefix` */
    readonly subscriptionPrefix: string;
    /** `common.session.ttl`, milliseconds. */
    readonly sessionTtlMs: number;
    /** Bytes of buffered rows at which a segment is synced. `dataNode.segment.insertBufSize` */
    readonly insertBufferBytesMax: number;
    /** Bytes of buffered deletes of one channel. `dataNode.segment.deleteBufBytes` */
    readonly deleteBufferBytesMax: number;
    /** Age at which a non-empty buffer is synced. `dataNode.segment.syncPeriod` */
    readonly syncPeriodMs: number;
    /** Share of `syncPeriodMs` by which segments differ, so that they are not all written at once. */
    readonly syncJitter: number;
    /** Estimated bytes of rows at which compaction cuts its files. `dataNode.segment.binlog.maxsize` */
    readonly binlogBytesMax: number;
    /** Bytes of rows in memory at which an import begins a new segment. `dataCoord.segment.maxSize` */
    readonly segmentBytesMax: number;
    /** Time an import has. `rootCoord.importTaskExpiration` */
    readonly importDeadlineMs: number;
    /** How long the channel of an imported segment is waited for: it may just be assigned here. */
    readonly channelWaitMs: number;
    /** How long the result of a compaction waits for DataCoord to take it. */
    readonly compactionResultTtlMs: number;
    /** Buffered rows, deletes and encoded bytes of all channels together. */
    readonly memoryBytesMax: number;
    /** Share of `memoryBytesMax` at which pipelines stop reading and the largest segments are synced. */
    readonly memoryHighMark: number;
    /** Bytes of syncs under way at which pipelines wait: what a store slower than the log may pile up. */
    readonly syncBytesMax: number;
    /** Syncs encoded and uploaded at the same time. `dataNode.dataSync.ioConcurrency` also bounds the loading of stats logs. */
    readonly ioConcurrency: number;
    /** Time a sync has for its objects and for its metadata call before its channel is given up. */
    readonly syncDeadlineMs: number;
    /** Time a channel that is handed over has to write what it buffers. */
    readonly releaseDeadlineMs: number;
    /** zstd level of insert logs. */
    readonly compressionLevel: number;
    /** `datanode.timetick.interval` */
    readonly timeTickIntervalMs: number;
    /** How often the row counts of all segments that are not flushed are reported, touched or not. */
    readonly statsRefreshMs: number;
    /** Pack time between two channel checkpoints. */
    readonly checkpointIntervalMs: number;
    /** `dataCoord.channel.watchEventTicklerInterval` */
    readonly ticklerIntervalMs: number;
    /** How often the assignments are compared with what runs, whatever events came. */
    readonly reconcileMs: number;
    /** `dataNode.skip.BFStats.Load` */
    readonly skipStatsLoad: boolean;
    /** Deadline of a call to a coordinator. */
    readonly callDeadlineMs: number;
}

/** Those of a DataNode that is not configured otherwise: Milvus 2.2.8's where it has the setting. Source: spec datanode-and-formats §12. */
export declare const defaultDataNodeSettings: DataNodeSettings;

// sync/policy
/** A segment whose buffers are to be written, why, and what becomes of it with that. */
export interface SyncDecision {
    readonly segmentID: UniqueID;
    readonly reason: SyncReason;
    /** The segment is complete: `flushed` of SaveBinlogPaths. */
    readonly flushed: boolean;
    readonly dropped: boolean;
}

/** Why a segment is synced: the word in the log line and the metric. */
export type SyncReason = 'drop-partition' | 'flush' | 'full' | 'delete-bytes' | 'memory' | 'age' | 'close';

/**
 * Segments of a channel to sync behind a pack, each at most once, for the strongest reason it has. Buffers of rows and of deletes always go
 * together. Pure. Source: spec datanode-and-formats §4.4, without defects §14-1 and §14-11.
 */
export declare function segmentsToSync(segments: readonly SyncView[], limits: SyncLimits, nowMs: number): SyncDecision[];

// Not exported by name:

// channel-checkpoint
/** What a segment still holds that no metadata names: the start of its buffers and of each sync under way. */
export interface UnsyncedView {
    readonly insertStart: Position | undefined;
    readonly deleteStart: Position | undefined;
    readonly syncStarts: Iterable<Position>;
}

// encoder/binlog-encoder
export interface EncodedRows {
    /** The chunks of each insert log, in the order of the task's fields; rows in ascending RowID. */
    readonly files: readonly (readonly Uint8Array[])[];
    readonly statsLog: Uint8Array;
    /** What the stats log says. */
    readonly summary: PrimaryKeySummary;
}

// encoder/drivers/shared-memory
/**
 * Shared memory that is used again. Fresh memory costs a page fault for every 4 KiB and, once garbage, stays resident until a collection that
 * large buffers outside the heap do not hasten: a node that buffers and writes 100 MB/s would do little else.
 */
export declare class SharedMemory implements ColumnMemory {
    /** @param idleBytesMax what is kept at most for later use */
    constructor(idleBytesMax: number);
    allocate(bytes: number): Uint8Array;
    free({ buffer }: Uint8Array): void;
}

// node-meter
/** One batch that is in objects and in metadata. */
export interface MeteredSync {
    readonly insertBytes: number;
    readonly deleteBytes: number;
    /** Asked for, as opposed to by the node's own policies. */
    readonly asked: boolean;
    readonly tookMs: number;
}

/** What the parts of a node report as it happens. */
export interface NodeMeter {
    consumed(insertedRows: number, deletes: number): void;
    synced(sync: MeteredSync): void;
    compacted(tookMs: number): void;
}

// node-state
/** Whether the node serves. Healthy from the moment its session may be published, abnormal once it stops. */
export declare class NodeState {
    state: StateName;
    /** -1 until the session is registered. Source: spec datanode-and-formats §1.5. */
    nodeID: UniqueID;
    get code(): common.StateCode;
    /** @throws Unavailable with the original's code and text when the node does not serve. Source: spec datanode-and-formats §1.4 */
    requireHealthy(): void;
}

export type StateName = 'initializing' | 'healthy' | 'abnormal';

// node-world
/** What every channel of one node stands on. */
export interface NodeWorld {
    readonly nodeID: UniqueID;
    readonly settings: DataNodeSettings;
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly rootCoord: RootCoordCalls;
    readonly dataCoord: DataCoordCalls;
    readonly objectStore: ObjectStore;
    readonly stream: MessageStream;
    readonly packs: PackSource;
    readonly encoder: BinlogEncoder;
    readonly budget: MemoryBudget;
    /** Bounds syncs that are encoded or uploaded at the same time. */
    readonly uploads: Semaphore;
    readonly meter: NodeMeter;
}

// pipeline/channel-pipeline
/**
 * One virtual channel from log to metadata, in the order that keeps rows safe: log position → buffer → objects → one metadata call → channel
 * checkpoint. A fault ends it and loses nothing: what was not saved is behind the checkpoint. Source: spec datanode-and-formats §4.
 */
export declare class ChannelPipeline implements TickSource, RelievedChannel {
    readonly vchannel: string;
    readonly schema: schema.CollectionSchema;
    constructor(shared: SharedByChannels, start: PipelineStart);
    get collectionID(): UniqueID;
    get tick(): bigint | undefined;
    segment(segmentID: UniqueID): Segment | undefined;
    rowsOf(segmentID: UniqueID): number | undefined;
    openSegments(): UniqueID[];
    views(): import("../sync/policy.ts").SyncView[];
    /**
     * Runs until the signal aborts (at once, nothing more is written), `release` (what is buffered is written first), or the collection is
     * dropped. Rejects on a fault.
     */
    run(signal: AbortSignal): Promise<PipelineEnd>;
    /** Ends `run` after everything buffered is saved and the final checkpoint is told. */
    release(): void;
    /** Aborts as soon as the channel is on its way out, for whatever reason. */
    get leaving(): AbortSignal;
    /** Makes the saves of these segments wait: see `ChannelSync.hold`. */
    holdSaves(segmentIDs: readonly UniqueID[]): Promise<SaveHold>;
    /** A segment whose rows came from elsewhere: it takes deletes from now on. One that is here already stays as it is. */
    addFlushed(segment: Segment): void;
    /** The sources' rows are in the target now, or gone: see `ChannelState.compacted`. */
    compacted(sourceIDs: readonly UniqueID[], target: Segment | undefined): void;
    /** Marks a segment for the flush that happens behind the next pack. False when it was asked for already. */
    requestFlush(segment: Segment): boolean;
    /** Syncs these segments as of the last pack. */
    syncNow(decisions: readonly SyncDecision[]): void;
}

/** How a pipeline ended without a fault. */
export type PipelineEnd = 'stopped' | 'collection-dropped';

export interface PipelineStart extends ChannelStart {
    readonly seekPosition: Position | undefined;
}

/** What the channels of one node share. */
export interface SharedByChannels {
    readonly world: NodeWorld;
    readonly forwarder: DeltaForwarder;
    readonly reporter: TimeTickReporter;
    readonly guard: MemoryGuard;
}

// pipeline/channel-state
export interface ChannelStart {
    readonly vchannel: string;
    readonly collectionID: UniqueID;
    readonly schema: schema.CollectionSchema;
    readonly filter: DdFilter;
    readonly segments: readonly Segment[];
    readonly buffers: BufferSettings;
}

// pipeline/dd-filter
/**
 * Decides which inserts of a physical channel are new rows of this virtual one. Replaying from a checkpoint delivers rows again that are in
 * objects already; a segment's dml position, which always lies on a time tick, tells them apart. Source: spec datanode-and-formats §4.2.
 */
export declare class DdFilter {
    constructor(start: DdFilterStart);
    /** Whether the rows of this message are this channel's, and in no object yet. Call it in the order of the messages. */
    accepts(insert: InsertMark): boolean;
    /** From now on nothing of the segment is accepted. */
    drop(segmentID: UniqueID): void;
}

export interface DdFilterStart {
    readonly collectionID: UniqueID;
    readonly vchannel: string;
    readonly sealed: readonly SavedSegment[];
    readonly growing: readonly SavedSegment[];
    readonly dropped: readonly UniqueID[];
}

/** What identifies an insert for filtering. */
export interface InsertMark {
    readonly collectionID: UniqueID;
    readonly segmentID: UniqueID;
    readonly shardName: string;
    readonly endTs: Timestamp;
}

/** A saved segment and the time up to which its rows are in objects. */
export interface SavedSegment {
    readonly segmentID: UniqueID;
    readonly dmlTimestamp: Timestamp;
}

// pipeline/decode-insert
/** A field and the buffer its rows go to. */
export interface FieldBuffer {
    readonly field: schema.FieldSchema;
    readonly builder: ColumnBuilder;
}

// pipeline/delta-forwarder
/**
 * Publishes deletes again for query nodes, with time ticks behind them. Several virtual channels share one delta channel: its tick is the
 * least of theirs, so it never runs ahead of a delete (§14-12). Query nodes take these ticks as the service time of flushed data.
 */
export declare class DeltaForwarder {
    constructor(components: DeltaForwarderComponents);
    /** From now on the tick of the physical channel waits for this virtual one. */
    join(vchannel: string): void;
    leave(vchannel: string): void;
    /** Publishes a pack's deletes as they came, then its tick where that is the least. Rejects after five attempts. */
    forward(vchannel: string, deletes: readonly Uint8Array[], tick: Timestamp, signal: AbortSignal): Promise<void>;
}

export interface DeltaForwarderComponents {
    readonly stream: MessageStream;
    readonly clock: Clock;
    readonly random: Random;
    readonly nodeID: UniqueID;
    readonly channelNames: ChannelNames;
}

// pipeline/memory-guard
/** Keeps all channels of a node within one budget: above its mark nobody reads on, and the largest segments are written. */
export declare class MemoryGuard {
    constructor(budget: MemoryBudget);
    add(channel: RelievedChannel): void;
    remove(channel: RelievedChannel): void;
    /** Resolves once there is room to read the next pack, or the signal aborts. */
    admit(signal: AbortSignal): Promise<void>;
}

export interface RelievedChannel {
    views(): readonly SyncView[];
    syncNow(decisions: readonly SyncDecision[]): void;
}

// pipeline/scan-insert
/** An InsertRequest read as far as filtering needs it: its columns are still bytes of the message. */
export interface InsertView {
    readonly bytes: Uint8Array;
    readonly shardName: string;
    readonly collectionID: bigint;
    readonly partitionID: bigint;
    readonly segmentID: bigint;
    readonly rows: number;
    /** Least and greatest row timestamp. */
    readonly beginTimestamp: bigint;
    readonly endTimestamp: bigint;
    /** 8 little-endian bytes per row. */
    readonly timestamps: Uint8Array;
    readonly rowIDs: Uint8Array;
    /** Of each FieldData. */
    readonly fieldsData: readonly ByteSpan[];
    /** Of each Blob of a row-based message. */
    readonly rowData: readonly ByteSpan[];
    /** `version` is RowBased. */
    readonly isRowBased: boolean;
}

// pipeline/wire-cursor
/** A part of a message's bytes: from `start` to `end` (exclusive). */
export interface ByteSpan {
    readonly start: number;
    readonly end: number;
}

// segments/delete-buffer
/** Deletes that may concern one segment and are in no delta log yet. */
export declare class DeleteBuffer {
    readonly deletes: DeleteEntry[];
    /** Where the first pack that filled it begins. */
    readonly start: Position;
    constructor(start: Position);
    /** What they take in memory, for which the budget stands: several times what Milvus counts (spec datanode-and-formats §4.5). */
    get bytes(): number;
    add(entry: DeleteEntry): void;
}

// segments/insert-buffer
/** What buffers are made with. */
export interface BufferSettings {
    readonly memory: ColumnMemory;
    /** At which a buffer is taken out: what most of them come to. */
    readonly bytesMax: number;
}

/** Rows of one segment that are in no object yet, one growing column per schema field. */
export declare class InsertBuffer {
    /** In schema order, system fields included. */
    readonly fields: readonly FieldBuffer[];
    /** Where the first pack that filled it begins: replaying from here brings every row back. */
    readonly start: Position;
    /** @throws Invalid for a schema without a primary key, or with a type of a later Milvus */
    constructor(collection: schema.CollectionSchema, start: Position, { memory, bytesMax }: BufferSettings);
    get rows(): number;
    /** What the memory budget counts. */
    get bytes(): number;
    /** Least and greatest row timestamp. */
    get timestamps(): {
        readonly from: Timestamp;
        readonly to: Timestamp;
    };
    /** Adds the rows of one message. After an error nothing was added. @throws Corrupt as appendInsert does */
    append(insert: InsertView): void;
    /** Whether one of its rows may have this key: false is certain. */
    mayContain(key: PrimaryKey): boolean;
}

// segments/segment
/** The buffers of one sync. */
export interface BatchContents {
    readonly inserts: InsertBuffer | undefined;
    readonly deletes: DeleteBuffer | undefined;
}

/** Makes the buffer of a segment's first row behind its last sync. */
export type NewInsertBuffer = (start: Position) => InsertBuffer;

/** One segment of a watched channel: what is buffered, what is on its way, and which keys it may hold. */
export declare class Segment implements UnsyncedView {
    readonly segmentID: UniqueID;
    readonly partitionID: UniqueID;
    kind: SegmentKind;
    startPosition: Position | undefined;
    /** A flush was asked for and is not saved yet. */
    flushRequested: boolean;
    /** The flush was handed to a sync. */
    flushStarted: boolean;
    partitionDropped: boolean;
    constructor(origin: SegmentOrigin);
    /** Rows in objects and in buffers. */
    get rows(): number;
    get insertStart(): Position | undefined;
    get deleteStart(): Position | undefined;
    get syncStarts(): Iterable<Position>;
    /** Adds rows; returns by how many bytes the buffers grew. */
    insert(view: InsertView, packStart: Position, newBuffer: NewInsertBuffer): number;
    /** Whether one of its rows may have this key: false is certain. */
    mayContain(key: PrimaryKey): boolean;
    /** Adds a delete; returns by how many bytes the buffers grew. */
    delete(entry: DeleteEntry, packStart: Position): number;
    /** Takes the buffers out for a sync as of `position`. Rows and deletes go together, always (§14-1). */
    take(decision: SyncDecision, position: Position, nowMs: number): SyncBatch;
    /** The keys of a batch, whose buffers may go now. */
    encoded(summary: PrimaryKeySummary): void;
    /** The batch is in objects and in DataCoord's metadata. */
    saved(batch: SyncBatch): void;
    /** Takes over what a segment that was compacted into this one still holds: its deletes, buffered or on their way. */
    inherit(source: Segment): void;
    /** @param nowMs pack time */
    syncView(nowMs: number): SyncView;
}

/** `new`: DataCoord does not know its start position yet. */
export type SegmentKind = 'new' | 'normal' | 'flushed';

export interface SegmentOrigin {
    readonly segmentID: UniqueID;
    readonly partitionID: UniqueID;
    readonly kind: SegmentKind;
    readonly startPosition?: Position | undefined;
    /** Rows that objects hold. */
    readonly rows: number;
    /** One per saved insert batch. */
    readonly summaries: readonly PrimaryKeySummary[];
}

/** What one sync takes out of a segment, as of the end of one pack. */
export interface SyncBatch {
    /** Whose it is: the target's, once its segment has been compacted away. */
    segmentID: UniqueID;
    readonly partitionID: UniqueID;
    readonly decision: SyncDecision;
    /** End of the pack: rows up to here are in this batch or an earlier one. */
    readonly position: Position;
    /** Rows of the segment up to `position`, saved ones included. */
    rows: number;
    /** Let go as soon as it is encoded, after `Segment.encoded`: memory is worth more than the second look. */
    contents: BatchContents | undefined;
    /** Earliest position that brings its content back. */
    readonly start: Position | undefined;
}

// sync/policy
export interface SyncLimits {
    readonly insertBytesMax: number;
    /** Of the whole channel. */
    readonly deleteBytesMax: number;
    readonly periodMs: number;
    /** Share of the period, 0 to 1, by which segments come earlier than it. */
    readonly jitter: number;
}

export interface SyncView {
    readonly segmentID: UniqueID;
    /** Bytes of rows, and of deletes, that wait in the buffers. */
    readonly insertBytes: number;
    readonly deleteBytes: number;
    /** Pack time (unix ms) of the last sync, or of the segment's arrival. */
    readonly lastSyncMs: number;
    readonly flushRequested: boolean;
    /** Its partition was dropped in this pack. */
    readonly partitionDropped: boolean;
}

// sync/save-hold
/** How a hold ends: its saves go on, or are left out, now and later: a new owner replays them from the log. */
export type HoldEnd = 'go' | 'abandon';

/** Segments whose saves wait, because their metadata may be swapped for another segment's at any moment. */
export declare class SaveHold {
    constructor(segmentIDs: readonly UniqueID[], holds: Map<UniqueID, SaveHold>);
    /** Resolves once the saves of every segment that were under way are over: those behind them wait. */
    begin(saves: KeyedSerial<UniqueID>): Promise<void>;
    /** Ends it, once. */
    release(end: HoldEnd): void;
    /** What becomes of a save that waits. */
    ended(): Promise<HoldEnd>;
}

// time-tick-reporter
/** What a channel has consumed, as far as DataCoord needs it. */
export interface TickSource {
    readonly vchannel: string;
    /** End of the last pack whose rows are counted; undefined before the first. */
    readonly tick: Timestamp | undefined;
    /** Absolute row count, undefined for a segment that is gone. */
    rowsOf(segmentID: UniqueID): number | undefined;
    /** Segments that are not flushed and have rows: one that is not named here is empty so far. */
    openSegments(): Iterable<UniqueID>;
}

/**
 * Reports to DataCoord how far each channel has been consumed and how many rows its segments have. Row counts are read when the message is
 * built, behind the tick it carries: counts are never later than the tick that covers them. Open segments are repeated every few seconds, so
 * that a restarted DataCoord learns them without asking (§14-20). Source: spec datanode-and-formats §4.8.
 */
export declare class TimeTickReporter implements Service {
    readonly name = "time-tick-reporter";
    constructor(components: TimeTickReporterComponents);
    add(source: TickSource): void;
    remove(source: TickSource): void;
    /** Rows of this segment changed. */
    touch(vchannel: string, segmentID: UniqueID): void;
    /** Some channel's tick moved. */
    moved(): void;
    /** Reports all open segments with the next ticks; returns them. Source: spec datanode-and-formats §1.5, ResendSegmentStats. */
    resend(): UniqueID[];
    run(signal: AbortSignal): Promise<void>;
    /** Publishes what is new. A failure is logged: what it should have told is told with the next tick. */
    report(): Promise<void>;
}

export interface TimeTickReporterComponents {
    readonly stream: MessageStream;
    readonly clock: Clock;
    readonly log: Logger;
    readonly nodeID: UniqueID;
    readonly channelNames: ChannelNames;
    readonly intervalMs: number;
    readonly refreshMs: number;
}

