// @millrace/core

// aborted
/** Resolves once the signal aborts, at once where it has. */
export declare function aborted(signal: AbortSignal): Promise<void>;

// backoff
/** How long and how often something is tried again: pauses in milliseconds, doubling from the first to the longest. */
export interface BackoffLimits {
    readonly firstMs: number;
    readonly maxMs: number;
    /** Attempts in all; Infinity while the signal lasts. */
    readonly attempts: number;
}

/** Delay before attempt `attempt` (1 is the first retry): doubling, capped, with up to half of it as jitter. */
export declare function backoffMs(attempt: number, limits: BackoffLimits, random: Random): number;

/** Whether the same request may succeed later. Foreign errors count as transient: drivers translate the final ones. */
export declare function isTransient(error: unknown): boolean;

/**
 * Runs `attempt`, numbered from 1, until it succeeds, fails for good or runs out of attempts: then with the last error.
 * @throws Unavailable when the signal aborts during a pause
 */
export declare function retry<T>(world: {
    readonly clock: Clock;
    readonly random: Random;
}, limits: BackoffLimits, signal: AbortSignal, attempt: (attemptNumber: number) => Promise<T>, isRetriable?: (error: unknown) => boolean): Promise<T>;

// channel-name
/** The configurable parts of channel names: the same in every role of a cluster. Source: spec datanode-and-formats §5.1. */
export interface ChannelNames {
    /** `by-dev` */
    readonly cluster: string;
    /** `rootcoord-dml` */
    readonly dml: string;
    /** `rootcoord-delta` */
    readonly delta: string;
    /** `datacoord-timetick-channel` */
    readonly dataCoordTimeTick: string;
}

/** Where DataNodes report rows and time to DataCoord: `by-dev-datacoord-timetick-channel`. Source: spec datacoord §4.1. */
export declare function dataCoordTimeTickChannel(names: ChannelNames): string;

/** Those of a Milvus that is not configured otherwise. */
export declare const defaultChannelNames: ChannelNames;

/** Where a DataNode forwards the deletes and ticks of a physical DML channel for query nodes. */
export declare function deltaChannelOf(names: ChannelNames, pchannel: string): string;

/** The physical channel of that index, from 0: `by-dev-rootcoord-dml_0`. Source: spec datanode-and-formats §5.1. */
export declare function dmlChannel(names: ChannelNames, index: number): string;

/** The parts of a virtual channel's name. @throws Invalid for another name */
export declare function parseVchannel(vchannel: string): {
    pchannel: string;
    collectionID: UniqueID;
    shard: number;
};

/** The physical channel of a virtual one: the text before the last underscore, the whole name where there is none. */
export declare function pchannelOf(vchannel: string): string;

/** Physical channels carry virtual channels: `<pchannel>_<collectionID>v<shard>`. Source: spec datanode-and-formats §5.1. */
export declare function vchannelName(pchannel: string, collectionID: UniqueID, shard: number): string;

// channel-state
/** State of an assignment of a channel to a node. `uncomplete` is an older `to-watch`, `complete` an older `watch-success`. */
export type WatchStateName = keyof typeof watchStates;

/** The state of that number; `uncomplete` for one that no state has. */
export declare function watchStateName(state: number): WatchStateName;

/** ChannelWatchState by number. Source: spec datacoord §5.3. */
export declare const watchStates: {
    readonly uncomplete: 0;
    readonly complete: 1;
    readonly 'to-watch': 2;
    readonly 'watch-success': 3;
    readonly 'watch-failure': 4;
    readonly 'to-release': 5;
    readonly 'release-success': 6;
    readonly 'release-failure': 7;
};

// clock
/** Time, as the world gives it. Only the runtime has the real one; the simulator has a virtual one. */
export interface Clock {
    /** Unix milliseconds. May jump when the machine's clock is set. */
    now(): number;
    /** Milliseconds from an arbitrary start; never goes back. For durations and deadlines. */
    monotonic(): number;
    /** Resolves true after `ms`, false as soon as the signal aborts. Never rejects. 0 lets everything else that waits have its turn. */
    sleep(ms: number, signal?: AbortSignal): Promise<boolean>;
}

// copy-bytes
/**
 * Copies `from[start, end)` to `to[at, …)`. Not `to.set(from.subarray(…))`: between shared memory and other memory the engine copies that in
 * single words, in single bytes where they lie differently, at a fifth of the speed; and it makes a view for it.
 */
export declare function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void;

// copy-words
/**
 * Copies `source` between `from` and `until` to `at` and returns where the copy ends. Eight bytes at a time, the last ones too, because a call
 * of `set` for a few bytes takes longer than they: up to seven bytes behind the end of either side are read or overwritten.
 */
export declare function copyWords(target: DataView, at: number, source: DataView, from: number, until: number): number;

/** What `copyWords` may touch behind the end of either side. */
export declare const wordsAhead = 8;

// crc32
/**
 * CRC-32 of bytes, IEEE as in zlib: 0 to 2^32 - 1. `before` is that of the bytes they continue. A library of its own, because it sums up three
 * times what `node:zlib` does, and every row of the write path is summed up twice.
 */
export declare function crc32(bytes: Uint8Array, before?: number): number;

// errors
/** Somebody else changed the state first: read again, then decide. */
export declare class Conflict extends MillraceError {
    readonly kind = "conflict";
}

/** Stored bytes are not what was written. */
export declare class Corrupt extends MillraceError {
    readonly kind = "corrupt";
}

/** What an error carries besides its message: `cause` is what it was made from, passed on and never lost. */
export interface ErrorDetails {
    readonly cause?: unknown;
    /** Name of the Milvus ErrorCode a peer expects for this very failure, where the code of the kind is not it. */
    readonly milvusCode?: string;
}

/** The eight kinds of error. What a caller does next depends on the kind alone; the message says what to do in words. */
export type ErrorKind = 'invalid' | 'not-found' | 'conflict' | 'fenced' | 'unavailable' | 'exhausted' | 'corrupt' | 'internal';

/** A named limit is reached: send less, or wait. */
export declare class Exhausted extends MillraceError {
    readonly kind = "exhausted";
}

/** The caller no longer owns what it writes to: give it up. */
export declare class Fenced extends MillraceError {
    readonly kind = "fenced";
}

/** A fault of ours. */
export declare class Internal extends MillraceError {
    readonly kind = "internal";
}

/** The request can never succeed as it is: change it. */
export declare class Invalid extends MillraceError {
    readonly kind = "invalid";
}

/** What every function of these packages throws or rejects with, as one of eight kinds. Anything else is a fault of a program. */
export declare abstract class MillraceError extends Error {
    abstract readonly kind: ErrorKind;
    readonly milvusCode: string | undefined;
    constructor(message: string, details?: ErrorDetails);
}

/** What the request names does not exist (any more). */
export declare class NotFound extends MillraceError {
    readonly kind = "not-found";
}

/** The other side cannot answer now: try the same again later. */
export declare class Unavailable extends MillraceError {
    readonly kind = "unavailable";
}

/** An error of the class that stands for the kind, for who knows the kind only at run time. */
export declare function errorOfKind(kind: ErrorKind, message: string, details?: ErrorDetails): MillraceError;

/** Whether it is one of our errors and of that kind; false for anything else that was thrown. */
export declare function isKind(error: unknown, kind: ErrorKind): error is MillraceError;

// keyed-serial
/** Runs tasks of one key one after the other, in the order they came; tasks of different keys side by side. */
export declare class KeyedSerial<Key> {
    /** Behind all that were given before for this key. What the task rejects with is the caller's; the next task runs nevertheless. */
    run<T>(key: Key, task: () => Promise<T>): Promise<T>;
    /**
     * A task of several keys: behind all that were given before for any of them, before all given later. It takes its place for all keys at
     * once, so that tasks cannot wait for each other in a circle.
     */
    runAll<T>(keys: readonly Key[], task: () => Promise<T>): Promise<T>;
}

// logger
/** Events with fields, not sentences. */
export interface Logger {
    /** What only somebody who looks for a fault wants. */
    debug(fields: object, event: string): void;
    /** What happens once or now and then, in good order. */
    info(fields: object, event: string): void;
    /** What went wrong and will be tried again. */
    warn(fields: object, event: string): void;
    /** What went wrong for good. */
    error(fields: object, event: string): void;
    /** The same logger with fields on every event. */
    child(fields: object): Logger;
}

/** Writes nothing, at any level: for tests and examples. */
export declare const silentLogger: Logger;

// pace
/**
 * Runs the parts of long work one after the other, and gives the event loop a turn whenever they have held it for a while. Parts of several
 * pieces of work may share one: together they hold it no longer. A part that returns a promise is only started in its turn.
 */
export declare class Pace {
    /** @param sliceMs How long parts may hold the event loop, by as much as the last one of them takes longer. */
    constructor(clock: Clock, sliceMs?: number);
    /** What the part returned. A part that throws fails alone: the next one has its turn. */
    run<T>(part: () => T | Promise<T>): Promise<T>;
}

// policy/allocation
/** A growing segment as the allocation sees it. */
export interface AllocationCandidate<Id> {
    readonly id: Id;
    readonly maxRows: number;
    /** Rows saved plus rows promised to writers whose allocations have not expired. */
    readonly takenRows: number;
}

/** Where the rows of one request go: together exactly as many as were asked for. */
export interface AllocationPlan<Id> {
    /** Rows of each segment to open. */
    readonly opened: readonly number[];
    /** At most one existing segment takes the remainder. */
    readonly existing: {
        readonly id: Id;
        readonly rows: number;
    } | undefined;
}

/**
 * Spreads `rows` over segments: full new segments while the request exceeds one, then the first candidate with room for the rest, then one
 * more new segment. Nothing is taken apart below a segment. Source: spec datacoord §3.4.
 * @throws Invalid for more rows than a thousand segments take
 */
export declare function planAllocation<Id>(rows: number, maxRowsPerSegment: number, candidates: Iterable<AllocationCandidate<Id>>): AllocationPlan<Id>;

// policy/channel-assignment
/** How patient the assignment of channels is, in milliseconds. */
export interface AssignmentLimits {
    /** For a node to answer a ToWatch or ToRelease. `dataCoord.channel.watchTimeoutInterval` */
    readonly answerMsMax: number;
}

/** One change of an assignment, and why: `reason` reaches the log line and the metric. */
export type ChannelDecision = 
{
    readonly type: 'watch';
    readonly channel: string;
    readonly node: bigint;
    readonly reason: string;
}
| {
    readonly type: 'release';
    readonly channel: string;
    readonly reason: string;
}
| {
    readonly type: 'buffer';
    readonly channel: string;
    readonly reason: string;
}
| {
    readonly type: 'forget';
    readonly channel: string;
    readonly reason: string;
};

/** A virtual channel as its assignment stands. */
export interface ChannelView {
    readonly channel: string;
    /** undefined: waiting for a DataNode. */
    readonly node: bigint | undefined;
    readonly state: WatchStateName;
    /** Milliseconds since the state, or the progress its node reports, last changed. */
    readonly unchangedMs: number;
    /** How often nodes failed to watch it since one last succeeded. */
    readonly failures: number;
    /** Its collection is gone: it is released for good. */
    readonly dropped: boolean;
}

/**
 * Channels to move, so that no two nodes differ by more than one: taken from the fullest nodes. Nothing moves while any channel is still on
 * its way. Released, not taken away: the owner saves its buffers first. Source: spec datacoord §5.5 (register and balance).
 */
export declare function channelsToBalance(channels: readonly ChannelView[], nodes: readonly bigint[]): string[];

/**
 * What has to change now, so that every channel is read by one live node. Pure and complete: it is given the whole picture each time, so no
 * event needs to arrive exactly once. Source: spec datacoord §5.3 to §5.9.
 */
export declare function decideChannels(channels: readonly ChannelView[], nodes: readonly bigint[], limits: AssignmentLimits): ChannelDecision[];

// policy/compaction
/** A plan to be made: the segments it rewrites into one, at least one, and why. */
export interface CompactionDecision<View extends CompactionView> {
    readonly reason: CompactionReason;
    readonly segments: readonly View[];
}

/** Names in brackets are Milvus' keys below `dataCoord.`. Source: spec datacoord §13.2. */
export interface CompactionLimits {
    /** [segment.maxSize] over the size of a binlog, doubled: stats files above which a segment is rewritten. */
    readonly statsFilesMax: number;
    /** [compaction.single.deltalog.maxnum] */
    readonly deltaFilesMax: number;
    /** [compaction.single.deltalog.maxsize] */
    readonly deltaBytesMax: number;
    /** [compaction.single.expiredlog.maxsize] */
    readonly expiredBytesMax: number;
    /** [compaction.single.ratio.threshold] */
    readonly ratioMax: number;
    /** [compaction.max.segment] */
    readonly segmentsMax: number;
    /** [compaction.min.segment] */
    readonly segmentsMin: number;
    /** [segment.smallProportion] of the row limit below which a segment is merged. */
    readonly smallProportion: number;
    /** [segment.compactableProportion] of the row limit above which few small segments are merged. */
    readonly compactableProportion: number;
    /** [segment.expansionRate] of the row limit that a result may have. */
    readonly expansionRate: number;
}

/** Why a plan was made: the word in the log, the metric and `millrace show`. */
export type CompactionReason = 'asked' | 'too-many-files' | 'too-many-deltas' | 'expired' | 'deleted' | 'small' | 'leftover';

/** Times that a plan is made for. Source: spec datacoord §7.3. */
export interface CompactionTimes {
    /** Deletes before it are applied. */
    readonly travelTime: Timestamp;
    /** Rows before it have outlived the collection's TTL; 0 where there is none. */
    readonly expireTime: Timestamp;
}

/** A flushed segment of one partition and channel. */
export interface CompactionView {
    readonly id: UniqueID;
    readonly rows: number;
    readonly maxRows: number;
    readonly createdByCompaction: boolean;
    readonly lastExpireTime: Timestamp;
    /** Files of the primary key's stats logs. */
    readonly statsFiles: number;
    /** Of the RowID field: one per batch, every row once. */
    readonly insertLogs: readonly LogView[];
    /** Bytes of all insert logs that end before a time. */
    readonly bytesBefore: (time: Timestamp) => number;
    readonly deltaLogs: readonly LogView[];
}

/** A log file as planning sees it. */
export interface LogView {
    readonly rows: number;
    readonly bytes: number;
    /** Of its latest row; 0 where the log does not say, as in logs that Milvus' own compaction wrote. */
    readonly timestampTo: Timestamp;
}

/**
 * The times of a plan made at `now`. @param retentionMs how long deleted rows may be asked for; @param ttlMs of the collection, undefined for none
 */
export declare function compactionTimes(now: Timestamp, retentionMs: number, ttlMs: number | undefined): CompactionTimes;

/**
 * Plans for the flushed segments of one partition and channel: segments worth rewriting take small ones along, small ones are merged, and what
 * is left over joins where there is room. No segment is in two plans. Pure. Source: spec datacoord §7.4.
 * @param asked somebody asked for it: every segment counts as worth rewriting
 * @param maxRows row limit of a result
 */
export declare function planCompactions<View extends CompactionView>(segments: readonly View[], maxRows: number, times: CompactionTimes, limits: CompactionLimits, asked: boolean): CompactionDecision<View>[];

/**
 * Whether a segment is worth rewriting for itself, and why. Unlike in the original only logs that say when they end count as expired: its
 * compaction writes logs that do not, and so rewrites every compacted segment of a collection with a TTL for ever. Rows are counted once and
 * not once per field. Source: spec datacoord §7.4, §15.
 */
export declare function rewriteReason(segment: CompactionView, { travelTime, expireTime }: CompactionTimes, limits: CompactionLimits): CompactionReason | undefined;

// policy/flushing
/** A sealed segment as the decision about its flush sees it. */
export interface SealedView {
    readonly lastExpireTime: Timestamp;
    readonly currentRows: number;
    readonly isImporting: boolean;
    /** Clock time of the last request to flush it; undefined for none. */
    readonly lastFlushMs: number | undefined;
    /** Its row count is complete: everything its owner consumed up to the tick has been reported to this process. */
    readonly rowsKnown: boolean;
}

/** How long a DataNode has before it is asked again. Source: spec datacoord §3.8. */
export declare const flushRetryMs = 2000;

/** Whether an import had its time: what its segment has will not be flushed any more. Source: spec datacoord §3.8. */
export declare function isStaleImport(segment: Pick<SealedView, 'lastExpireTime'>, tick: Timestamp): boolean;

/**
 * What to do with a sealed segment at a tick of its channel. Rows can only carry timestamps below the expiry of their allocation, so behind
 * that tick no more can come: it is flushed, or dropped if it never got a row. Source: spec datacoord §3.8.
 */
export declare function sealedAction(segment: SealedView, tick: Timestamp, nowMs: number): 'flush' | 'drop-empty' | 'wait';

// policy/garbage
/** A dropped segment, as far as its removal depends on it. */
export interface DroppedView {
    /** Unix milliseconds; 0 where its writer did not say: then it is old. */
    readonly droppedAtMs: number;
    /** Some task reads its objects. */
    readonly locked: boolean;
    /** Its channel is still read, so a new owner may start before rows of this segment. */
    readonly channelLives: boolean;
    /** Up to where its rows are in its binlogs, and where a new owner of its channel starts; 0 for none. */
    readonly savedUntil: Timestamp;
    readonly checkpoint: Timestamp;
    /** The segment it was compacted into is there and has no index yet: readers get this one instead. */
    readonly childUnindexed: boolean;
}

/** Why a dropped segment stays: the word in the log and in `millrace show garbage`. */
export type KeptBecause = 'young' | 'locked' | 'replayed' | 'serves-for-child';

/**
 * Whether an object that no metadata names may go. A sync uploads before its metadata names the object, so a young one may belong to it; the
 * tolerance must be longer than any sync takes. Source: spec datacoord §8.2.
 */
export declare function isOrphan(lastModifiedMs: number, nowMs: number, missingToleranceMs: number): boolean;

/**
 * Why the segment and its objects must stay, undefined when nothing needs them any more. A segment that a replay of its channel would still
 * meet must be known as dropped, else its rows came back. Source: spec datacoord §8.1.
 */
export declare function keptBecause(segment: DroppedView, nowMs: number, dropToleranceMs: number): KeptBecause | undefined;

// policy/sealing
/** A growing segment as the decision to seal it sees it. */
export interface GrowingView {
    readonly binlogFiles: number;
    /** Latest expiry of its allocations. */
    readonly lastExpireTime: Timestamp;
    /** Rows its DataNode has reported, saved or not. */
    readonly currentRows: number;
    readonly maxRows: number;
    /** Clock time of the last change of `currentRows`; undefined when none was seen. */
    readonly lastWrittenMs: number | undefined;
}

/** When a growing segment takes no more rows. Names in comments are Milvus' keys. Source: spec datacoord §3.7. */
export interface SealLimits {
    /** Stats logs of a growing segment. `dataCoord.segment.maxBinlogFileNumber` */
    readonly binlogFilesMax: number;
    /** Since the last allocation expired. `dataCoord.segment.maxLife` */
    readonly lifeMsMax: number;
    /** Share of the row limit at which a segment counts as full. `dataCoord.segment.sealProportion` */
    readonly sealProportion: number;
    /** Without new rows. `dataCoord.segment.maxIdleTime` */
    readonly idleMsMax: number;
    /** Share of the row limit below which an idle segment stays open. */
    readonly idleProportionMin: number;
}

/** Why a segment is sealed: the word in the log, the metric and the console. */
export type SealReason = 'too-many-binlogs' | 'lifetime' | 'full' | 'idle';

/** Whether to seal a growing segment at a tick of its channel, and why: the first reason that holds. Source: spec datacoord §3.7. */
export declare function sealReason(segment: GrowingView, limits: SealLimits, tick: Timestamp, nowMs: number): SealReason | undefined;

// poll-pace
/**
 * How often to look for what a notice should tell. Notices are trusted once one has come, until a look finds what none has told: not every
 * file system gives them.
 */
export declare class PollPace {
    /** Whether notices are trusted now: whoever looks for another reason anyway, at least once a second, need not poll. */
    get trusts(): boolean;
    /** The pause before the next look. */
    next(): number;
    /** A notice came. */
    noticed(): void;
    /** A look found something that no notice had told. */
    missed(): void;
}

// position
/** A place in a channel, as Milvus stores it (`internal.MsgPosition`). msgID is opaque: only the stream driver that made it reads it. */
export interface Position {
    channelName: string;
    msgID: Uint8Array;
    /** Subscription that was reading. Written for the original's sake, never read. */
    msgGroup: string;
    timestamp: Timestamp;
}

/** The earlier of two positions, by timestamp; undefined counts as later than everything. */
export declare function earliestPosition<P extends Position>(positions: Iterable<P | undefined>): P | undefined;

// random
/** Chance, as the world gives it. */
export interface Random {
    /** Uniform in [0, 1). */
    next(): number;
}

/** Uniform integer in [0, bound), for a bound of at most 2^53. */
export declare function randomInt(random: Random, bound: number): number;

/** A small seeded generator (mulberry32): the same seed gives the same sequence on every machine. */
export declare function seededRandom(seed: number): Random;

// run-together
/**
 * Runs services until the signal aborts. When one fails, the others are stopped, and its error is thrown.
 * @throws Internal where one ends although nobody stopped it: without it the others would serve on by halves
 */
export declare function runTogether(services: readonly Service[], signal: AbortSignal): Promise<void>;

// schema-size
/** A field of a collection's schema, as far as its size depends on it. `dataType` is one of `dataTypes`. */
export interface SizedField {
    readonly name: string;
    readonly dataType: number;
    readonly typeParams: readonly {
        readonly key: string;
        readonly value: string;
    }[];
}

/** Milvus' `schema.DataType` codes that 2.2.8 stores. */
export declare const dataTypes: {
    readonly bool: 1;
    readonly int8: 2;
    readonly int16: 3;
    readonly int32: 4;
    readonly int64: 5;
    readonly float: 10;
    readonly double: 11;
    readonly string: 20;
    readonly varchar: 21;
    readonly 'binary-vector': 100;
    readonly 'float-vector': 101;
};

/** Estimated bytes of one row, system fields included where the schema has them. Source: spec datacoord §3.3. */
export declare function estimatedRowBytes(fields: readonly SizedField[]): number;

/** A decimal type parameter of a field (`dim`, `max_length`). Invalid when it is missing or no positive integer. */
export declare function integerTypeParam(field: SizedField, key: string): number;

/** Rows a segment of `segmentBytesMax` takes, by their estimated size. @throws Invalid for fields without any size, or without their parameter */
export declare function maxRowsOfSegment(fields: readonly SizedField[], segmentBytesMax: number): number;

// segment-state
/** States a segment can be in. `importing` is the growing of a segment that is filled from files. */
export type SegmentStateName = 'growing' | 'sealed' | 'flushing' | 'flushed' | 'dropped' | 'importing';

/** Every row of the segment is in its binlogs. */
export declare function isDurable(state: number): boolean;

/** Healthy in Milvus' sense: it exists and was not dropped. Source: spec datacoord §2. */
export declare function isHealthy(state: number): boolean;

/** The state of that number; `none` for one that no state has. */
export declare function segmentStateName(state: number): SegmentStateName | 'none' | 'not-exist';

/** Milvus' segment states, by the numbers of `common.SegmentState`. */
export declare const segmentStates: {
    readonly none: 0;
    readonly 'not-exist': 1;
    readonly growing: 2;
    readonly sealed: 3;
    readonly flushed: 4;
    readonly flushing: 5;
    readonly dropped: 6;
    readonly importing: 7;
};

/**
 * Source: spec datacoord §3.1. Flushed never goes back; what is dropped stays dropped. The original passes through Flushing on the way to
 * Flushed, in two writes; we take the last step in the write that saves the last binlogs, and finish what the original left Flushing.
 */
export declare const segmentTransitions: TransitionTable<SegmentStateName>;

// semaphore
/** Lets at most `permits` tasks run at a time, the others wait in order. */
export declare class Semaphore {
    constructor(permits: number);
    /** Waits for a permit, holds it until the task has ended, however it ends. Waiting has no deadline of its own. */
    run<T>(task: () => Promise<T>): Promise<T>;
}

// service
/** A loop with one owner and one way to stop: resolves once the signal aborts and it has cleaned up, rejects on a fault. */
export interface Service {
    /** For log lines. */
    readonly name: string;
    run(signal: AbortSignal): Promise<void>;
}

// shard
/** The shard, 0 to `shards` - 1, that rows and deletes of an int64 key go to: murmur3 x86-32 of its 8 little-endian bytes. */
export declare function shardOfInt64(key: bigint, shards: number): number;

/** The shard of a varchar key: CRC-32 of its first 100 UTF-8 bytes. */
export declare function shardOfVarchar(key: string, shards: number): number;

// state-machine
/** A state machine as a table: from each state, the states it may become. */
export type TransitionTable<State extends string> = {
    readonly [From in State]: readonly State[];
};

/** Whether the table allows the move. Staying where one is counts as a move here, unlike in `transition`. */
export declare function canTransition<State extends string>(table: TransitionTable<State>, from: State, to: State): boolean;

/**
 * The new state; staying where one is, is no move.
 * @param what whose state it is, for the error
 * @throws Conflict, naming both states, for a move that the table has not
 */
export declare function transition<State extends string>(table: TransitionTable<State>, what: string, from: State, to: State): State;

// timestamp
/** A hybrid timestamp: unix milliseconds << 18 | logical counter. Source: Milvus TSO. */
export type Timestamp = bigint;

/** Any id RootCoord hands out: collection, partition, segment, row, log, plan. */
export type UniqueID = bigint;

/** The same logical part, `ms` later. */
export declare function addMs(timestamp: Timestamp, ms: number): Timestamp;

/**
 * The timestamp of a moment: what `physicalMs` and `logicalPart` take apart.
 * @param physicalMs unix milliseconds; a fraction is cut off
 * @param logical 0 to `logicalMax`
 */
export declare function composeTimestamp(physicalMs: number, logical?: number): Timestamp;

/** Timestamps RootCoord can hand out within one millisecond. */
export declare const logicalMax: number;

/** The counter within the millisecond: 0 to `logicalMax`. */
export declare function logicalPart(timestamp: Timestamp): number;

/** The later of two timestamps, the larger of two ids. */
export declare const maxOf: (a: bigint, b: bigint) => bigint;

/** The earlier of two timestamps, the smaller of two ids. */
export declare const minOf: (a: bigint, b: bigint) => bigint;

/** Unix milliseconds. */
export declare function physicalMs(timestamp: Timestamp): number;

// wakeup
/** Lets a loop sleep until something happened or a time has passed, whichever is first. Wake-ups while nobody sleeps are kept as one. */
export declare class Wakeup {
    constructor(clock: Clock);
    /** Something happened: ends the present wait, or the next one at once. */
    wake(): void;
    /** False once the signal aborts. */
    wait(msMax: number, signal: AbortSignal): Promise<boolean>;
}

