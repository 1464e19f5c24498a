// @millrace/datanode

// datanode
export interface DataNode {
    readonly state: NodeState;
    readonly handlers: HandlersOf<typeof data.DataNodeService>;
    readonly budget: MemoryBudget;
    channels(): readonly ChannelPipeline[];
    run(signal: AbortSignal): Promise<void>;
    drain(): Promise<void>;
}

export interface DataNodeComponents {
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
    readonly hardware?: ReadHardware;
    readonly metrics?: Metrics;
}

export declare function createDataNode(settings: DataNodeSettings, components: DataNodeComponents): DataNode;

// encoder/binlog-encoder
export interface BinlogEncoder {
    readonly memory: ColumnMemory;
    encode(task: EncodeTask): Promise<EncodedRows>;
    close(): Promise<void>;
}

export interface EncodeField {
    readonly fieldID: UniqueID;
    readonly dataType: number;
    readonly column: Column;
}

export interface EncodeTask {
    readonly collectionID: UniqueID;
    readonly partitionID: UniqueID;
    readonly segmentID: UniqueID;
    readonly headerTimestamp: Timestamp;
    readonly startTimestamp: Timestamp;
    readonly endTimestamp: Timestamp;
    readonly primaryKeyFieldID: UniqueID;
    readonly fields: readonly EncodeField[];
}

// encoder/drivers/worker-pool
export declare class WorkerPoolEncoder implements BinlogEncoder {
    readonly memory: SharedMemory;
    constructor({ workers, compressionLevel, idleBytesMax, }?: WorkerPoolSettings);
    encode(task: EncodeTask): Promise<EncodedRows>;
    close(): Promise<void>;
}

export interface WorkerPoolSettings {
    readonly workers?: number;
    readonly compressionLevel?: number;
    readonly idleBytesMax?: number;
}

// encoder/inline-encoder
export declare class InlineEncoder implements BinlogEncoder {
    readonly memory: import("@millrace/binlog").ColumnMemory;
    constructor(compressionLevel?: number);
    encode(task: EncodeTask): Promise<EncodedRows>;
    close(): Promise<void>;
}

// memory-budget
export declare class MemoryBudget {
    readonly bytesMax: number;
    readonly highMark: number;
    constructor(bytesMax: number, highShare: number, syncBytesMax: number);
    get bytes(): number;
    get peakBytes(): number;
    get isHigh(): boolean;
    get hasRoom(): boolean;
    take(bytes: number): void;
    give(bytes: number): void;
    sync(bytes: number): void;
    whenRoom(signal: AbortSignal): Promise<boolean>;
}

// node-world
export type DataCoordCalls = Pick<ClientOf<typeof data.DataCoordService>, 'getSegmentInfo' | 'getRecoveryInfoV2' | 'saveBinlogPaths' | 'updateChannelCheckpoint' | 'dropVirtualChannel' | 'assignSegmentId' | 'updateSegmentStatistics' | 'saveImportSegment'>;

export type RootCoordCalls = Pick<ClientOf<typeof rootcoord.RootCoordService>, 'allocId' | 'allocTimestamp' | 'describeCollectionInternal' | 'reportImport'>;

// pipeline/pack-source
export interface PackRequest {
    readonly vchannel: string;
    readonly pchannel: string;
    readonly collectionID: UniqueID;
    readonly from: Position | undefined;
    readonly subscription: string;
    readonly signal: AbortSignal;
}

export interface PackSource {
    packs(request: PackRequest): AsyncIterable<Pack>;
}

// pipeline/stream-packs
export declare class StreamPacks implements PackSource {
    constructor({ stream, log }: {
        readonly stream: MessageStream;
        readonly log: Logger;
    });
    packs(request: PackRequest): AsyncIterable<Pack>;
}

// server
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
    readonly metrics?: Metrics;
}

export type OnReady = (server: {
    readonly port: number;
    readonly serverID: bigint;
}) => void;

export declare function runDataNode(settings: DataNodeSettings, components: DataNodeServerComponents, signal: AbortSignal, onReady?: OnReady): Promise<void>;

// settings-from-options
export declare function settingsFromOptions(options: Options): DataNodeSettings;

// settings
export interface DataNodeSettings {
    readonly host: string;
    readonly port: number;
    readonly advertisedHost: string;
    readonly metaRoot: string;
    readonly objectRoot: string;
    readonly channelNames: ChannelNames;
    readonly subscriptionPrefix: string;
    readonly sessionTtlMs: number;
    readonly insertBufferBytesMax: number;
    readonly deleteBufferBytesMax: number;
    readonly syncPeriodMs: number;
    readonly syncJitter: number;
    readonly binlogBytesMax: number;
    readonly segmentBytesMax: number;
    readonly importDeadlineMs: number;
    readonly channelWaitMs: number;
    readonly compactionResultTtlMs: number;
    readonly memoryBytesMax: number;
    readonly memoryHighMark: number;
    readonly syncBytesMax: number;
    readonly ioConcurrency: number;
    readonly syncDeadlineMs: number;
    readonly releaseDeadlineMs: number;
    readonly compressionLevel: number;
    readonly timeTickIntervalMs: number;
    readonly statsRefreshMs: number;
    readonly checkpointIntervalMs: number;
    readonly ticklerIntervalMs: number;
    readonly reconcileMs: number;
    readonly skipStatsLoad: boolean;
    readonly callDeadlineMs: number;
}

export declare const defaultDataNodeSettings: DataNodeSettings;

// sync/policy
export interface SyncDecision {
    readonly segmentID: UniqueID;
    readonly reason: SyncReason;
    readonly flushed: boolean;
    readonly dropped: boolean;
}

export type SyncReason = 'drop-partition' | 'flush' | 'full' | 'delete-bytes' | 'memory' | 'age' | 'close';

export declare function segmentsToSync(segments: readonly SyncView[], limits: SyncLimits, nowMs: number): SyncDecision[];

// Not exported by name:

// channel-checkpoint
export interface UnsyncedView {
    readonly insertStart: Position | undefined;
    readonly deleteStart: Position | undefined;
    readonly syncStarts: Iterable<Position>;
}

// encoder/binlog-encoder
export interface EncodedRows {
    readonly files: readonly (readonly Uint8Array[])[];
    readonly statsLog: Uint8Array;
    readonly summary: PrimaryKeySummary;
}

// encoder/drivers/shared-memory
export declare class SharedMemory implements ColumnMemory {
    constructor(idleBytesMax: number);
    allocate(bytes: number): Uint8Array;
    free({ buffer }: Uint8Array): void;
}

// node-meter
export interface MeteredSync {
    readonly insertBytes: number;
    readonly deleteBytes: number;
    readonly asked: boolean;
    readonly tookMs: number;
}

export interface NodeMeter {
    consumed(insertedRows: number, deletes: number): void;
    synced(sync: MeteredSync): void;
    compacted(tookMs: number): void;
}

// node-state
export declare class NodeState {
    state: StateName;
    nodeID: UniqueID;
    get code(): common.StateCode;
    requireHealthy(): void;
}

export type StateName = 'initializing' | 'healthy' | 'abnormal';

// node-world
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
    readonly uploads: Semaphore;
    readonly meter: NodeMeter;
}

// pipeline/channel-pipeline
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
    run(signal: AbortSignal): Promise<PipelineEnd>;
    release(): void;
    get leaving(): AbortSignal;
    holdSaves(segmentIDs: readonly UniqueID[]): Promise<SaveHold>;
    addFlushed(segment: Segment): void;
    compacted(sourceIDs: readonly UniqueID[], target: Segment | undefined): void;
    requestFlush(segment: Segment): boolean;
    syncNow(decisions: readonly SyncDecision[]): void;
}

export type PipelineEnd = 'stopped' | 'collection-dropped';

export interface PipelineStart extends ChannelStart {
    readonly seekPosition: Position | undefined;
}

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
export declare class DdFilter {
    constructor(start: DdFilterStart);
    accepts(insert: InsertMark): boolean;
    drop(segmentID: UniqueID): void;
}

export interface DdFilterStart {
    readonly collectionID: UniqueID;
    readonly vchannel: string;
    readonly sealed: readonly SavedSegment[];
    readonly growing: readonly SavedSegment[];
    readonly dropped: readonly UniqueID[];
}

export interface InsertMark {
    readonly collectionID: UniqueID;
    readonly segmentID: UniqueID;
    readonly shardName: string;
    readonly endTs: Timestamp;
}

export interface SavedSegment {
    readonly segmentID: UniqueID;
    readonly dmlTimestamp: Timestamp;
}

// pipeline/decode-insert
export interface FieldBuffer {
    readonly field: schema.FieldSchema;
    readonly builder: ColumnBuilder;
}

// pipeline/delta-forwarder
export declare class DeltaForwarder {
    constructor(components: DeltaForwarderComponents);
    join(vchannel: string): void;
    leave(vchannel: string): void;
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
export declare class MemoryGuard {
    constructor(budget: MemoryBudget);
    add(channel: RelievedChannel): void;
    remove(channel: RelievedChannel): void;
    admit(signal: AbortSignal): Promise<void>;
}

export interface RelievedChannel {
    views(): readonly SyncView[];
    syncNow(decisions: readonly SyncDecision[]): void;
}

// pipeline/scan-insert
export interface InsertView {
    readonly bytes: Uint8Array;
    readonly shardName: string;
    readonly collectionID: bigint;
    readonly partitionID: bigint;
    readonly segmentID: bigint;
    readonly rows: number;
    readonly beginTimestamp: bigint;
    readonly endTimestamp: bigint;
    readonly timestamps: Uint8Array;
    readonly rowIDs: Uint8Array;
    readonly fieldsData: readonly ByteSpan[];
    readonly rowData: readonly ByteSpan[];
    readonly isRowBased: boolean;
}

// pipeline/wire-cursor
export interface ByteSpan {
    readonly start: number;
    readonly end: number;
}

// segments/delete-buffer
export declare class DeleteBuffer {
    readonly deletes: DeleteEntry[];
    readonly start: Position;
    constructor(start: Position);
    get bytes(): number;
    add(entry: DeleteEntry): void;
}

// segments/insert-buffer
export interface BufferSettings {
    readonly memory: ColumnMemory;
    readonly bytesMax: number;
}

export declare class InsertBuffer {
    readonly fields: readonly FieldBuffer[];
    readonly start: Position;
    constructor(collection: schema.CollectionSchema, start: Position, { memory, bytesMax }: BufferSettings);
    get rows(): number;
    get bytes(): number;
    get timestamps(): {
        readonly from: Timestamp;
        readonly to: Timestamp;
    };
    append(insert: InsertView): void;
    mayContain(key: PrimaryKey): boolean;
}

// segments/segment
export interface BatchContents {
    readonly inserts: InsertBuffer | undefined;
    readonly deletes: DeleteBuffer | undefined;
}

export type NewInsertBuffer = (start: Position) => InsertBuffer;

export declare class Segment implements UnsyncedView {
    readonly segmentID: UniqueID;
    readonly partitionID: UniqueID;
    kind: SegmentKind;
    startPosition: Position | undefined;
    flushRequested: boolean;
    flushStarted: boolean;
    partitionDropped: boolean;
    constructor(origin: SegmentOrigin);
    get rows(): number;
    get insertStart(): Position | undefined;
    get deleteStart(): Position | undefined;
    get syncStarts(): Iterable<Position>;
    insert(view: InsertView, packStart: Position, newBuffer: NewInsertBuffer): number;
    mayContain(key: PrimaryKey): boolean;
    delete(entry: DeleteEntry, packStart: Position): number;
    take(decision: SyncDecision, position: Position, nowMs: number): SyncBatch;
    encoded(summary: PrimaryKeySummary): void;
    saved(batch: SyncBatch): void;
    inherit(source: Segment): void;
    syncView(nowMs: number): SyncView;
}

export type SegmentKind = 'new' | 'normal' | 'flushed';

export interface SegmentOrigin {
    readonly segmentID: UniqueID;
    readonly partitionID: UniqueID;
    readonly kind: SegmentKind;
    readonly startPosition?: Position | undefined;
    readonly rows: number;
    readonly summaries: readonly PrimaryKeySummary[];
}

export interface SyncBatch {
    segmentID: UniqueID;
    readonly partitionID: UniqueID;
    readonly decision: SyncDecision;
    readonly position: Position;
    rows: number;
    contents: BatchContents | undefined;
    readonly start: Position | undefined;
}

// sync/policy
export interface SyncLimits {
    readonly insertBytesMax: number;
    readonly deleteBytesMax: number;
    readonly periodMs: number;
    readonly jitter: number;
}

export interface SyncView {
    readonly segmentID: UniqueID;
    readonly insertBytes: number;
    readonly deleteBytes: number;
    readonly lastSyncMs: number;
    readonly flushRequested: boolean;
    readonly partitionDropped: boolean;
}

// sync/save-hold
export type HoldEnd = 'go' | 'abandon';

export declare class SaveHold {
    constructor(segmentIDs: readonly UniqueID[], holds: Map<UniqueID, SaveHold>);
    begin(saves: KeyedSerial<UniqueID>): Promise<void>;
    release(end: HoldEnd): void;
    ended(): Promise<HoldEnd>;
}

// time-tick-reporter
export interface TickSource {
    readonly vchannel: string;
    readonly tick: Timestamp | undefined;
    rowsOf(segmentID: UniqueID): number | undefined;
    openSegments(): Iterable<UniqueID>;
}

export declare class TimeTickReporter implements Service {
    readonly name = "time-tick-reporter";
    constructor(components: TimeTickReporterComponents);
    add(source: TickSource): void;
    remove(source: TickSource): void;
    touch(vchannel: string, segmentID: UniqueID): void;
    moved(): void;
    resend(): UniqueID[];
    run(signal: AbortSignal): Promise<void>;
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

