// @millrace/core

// backoff
export interface BackoffLimits {
    readonly firstMs: number;
    readonly maxMs: number;
    readonly attempts: number;
}

export declare function backoffMs(attempt: number, limits: BackoffLimits, random: Random): number;

export declare function isTransient(error: unknown): boolean;

export declare function retry<T>(world: {
    readonly clock: Clock;
    readonly random: Random;
}, limits: BackoffLimits, signal: AbortSignal, attempt: (attemptNumber: number) => Promise<T>, isRetriable?: (error: unknown) => boolean): Promise<T>;

// channel-name
export interface ChannelNames {
    readonly cluster: string;
    readonly dml: string;
    readonly delta: string;
    readonly dataCoordTimeTick: string;
}

export declare function dataCoordTimeTickChannel(names: ChannelNames): string;

export declare const defaultChannelNames: ChannelNames;

export declare function deltaChannelOf(names: ChannelNames, pchannel: string): string;

export declare function dmlChannel(names: ChannelNames, index: number): string;

export declare function parseVchannel(vchannel: string): {
    pchannel: string;
    collectionID: UniqueID;
    shard: number;
};

export declare function pchannelOf(vchannel: string): string;

export declare function vchannelName(pchannel: string, collectionID: UniqueID, shard: number): string;

// channel-state
export type WatchStateName = keyof typeof watchStates;

export declare function watchStateName(state: number): WatchStateName;

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
export interface Clock {
    now(): number;
    monotonic(): number;
    sleep(ms: number, signal?: AbortSignal): Promise<boolean>;
}

// copy-bytes
export declare function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void;

// errors
export declare class Conflict extends MillraceError {
    readonly kind = "conflict";
}

export declare class Corrupt extends MillraceError {
    readonly kind = "corrupt";
}

export interface ErrorDetails {
    readonly cause?: unknown;
    readonly milvusCode?: string;
}

export type ErrorKind = 'invalid' | 'not-found' | 'conflict' | 'fenced' | 'unavailable' | 'exhausted' | 'corrupt' | 'internal';

export declare class Exhausted extends MillraceError {
    readonly kind = "exhausted";
}

export declare class Fenced extends MillraceError {
    readonly kind = "fenced";
}

export declare class Internal extends MillraceError {
    readonly kind = "internal";
}

export declare class Invalid extends MillraceError {
    readonly kind = "invalid";
}

export declare abstract class MillraceError extends Error {
    abstract readonly kind: ErrorKind;
    readonly milvusCode: string | undefined;
    constructor(message: string, details?: ErrorDetails);
}

export declare class NotFound extends MillraceError {
    readonly kind = "not-found";
}

export declare class Unavailable extends MillraceError {
    readonly kind = "unavailable";
}

export declare function errorOfKind(kind: ErrorKind, message: string, details?: ErrorDetails): MillraceError;

export declare function isKind(error: unknown, kind: ErrorKind): error is MillraceError;

// keyed-serial
export declare class KeyedSerial<Key> {
    run<T>(key: Key, task: () => Promise<T>): Promise<T>;
    runAll<T>(keys: readonly Key[], task: () => Promise<T>): Promise<T>;
}

// logger
export interface Logger {
    debug(fields: object, event: string): void;
    info(fields: object, event: string): void;
    warn(fields: object, event: string): void;
    error(fields: object, event: string): void;
    child(fields: object): Logger;
}

export declare const silentLogger: Logger;

// pace
export declare class Pace {
    constructor(clock: Clock, sliceMs?: number);
    run<T>(part: () => T | Promise<T>): Promise<T>;
}

// policy/allocation
export interface AllocationCandidate<Id> {
    readonly id: Id;
    readonly maxRows: number;
    readonly takenRows: number;
}

export interface AllocationPlan<Id> {
    readonly opened: readonly number[];
    readonly existing: {
        readonly id: Id;
        readonly rows: number;
    } | undefined;
}

export declare function planAllocation<Id>(rows: number, maxRowsPerSegment: number, candidates: Iterable<AllocationCandidate<Id>>): AllocationPlan<Id>;

// policy/channel-assignment
export interface AssignmentLimits {
    readonly answerMsMax: number;
}

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

export interface ChannelView {
    readonly channel: string;
    readonly node: bigint | undefined;
    readonly state: WatchStateName;
    readonly unchangedMs: number;
    readonly failures: number;
    readonly dropped: boolean;
}

export declare function channelsToBalance(channels: readonly ChannelView[], nodes: readonly bigint[]): string[];

export declare function decideChannels(channels: readonly ChannelView[], nodes: readonly bigint[], limits: AssignmentLimits): ChannelDecision[];

// policy/compaction
export interface CompactionDecision<View extends CompactionView> {
    readonly reason: CompactionReason;
    readonly segments: readonly View[];
}

export interface CompactionLimits {
    readonly statsFilesMax: number;
    readonly deltaFilesMax: number;
    readonly deltaBytesMax: number;
    readonly expiredBytesMax: number;
    readonly ratioMax: number;
    readonly segmentsMax: number;
    readonly segmentsMin: number;
    readonly smallProportion: number;
    readonly compactableProportion: number;
    readonly expansionRate: number;
}

export type CompactionReason = 'asked' | 'too-many-files' | 'too-many-deltas' | 'expired' | 'deleted' | 'small' | 'leftover';

export interface CompactionTimes {
    readonly travelTime: Timestamp;
    readonly expireTime: Timestamp;
}

export interface CompactionView {
    readonly id: UniqueID;
    readonly rows: number;
    readonly maxRows: number;
    readonly createdByCompaction: boolean;
    readonly lastExpireTime: Timestamp;
    readonly statsFiles: number;
    readonly insertLogs: readonly LogView[];
    readonly bytesBefore: (time: Timestamp) => number;
    readonly deltaLogs: readonly LogView[];
}

export interface LogView {
    readonly rows: number;
    readonly bytes: number;
    readonly timestampTo: Timestamp;
}

export declare function compactionTimes(now: Timestamp, retentionMs: number, ttlMs: number | undefined): CompactionTimes;

export declare function planCompactions<View extends CompactionView>(segments: readonly View[], maxRows: number, times: CompactionTimes, limits: CompactionLimits, asked: boolean): CompactionDecision<View>[];

export declare function rewriteReason(segment: CompactionView, { travelTime, expireTime }: CompactionTimes, limits: CompactionLimits): CompactionReason | undefined;

// policy/flushing
export interface SealedView {
    readonly lastExpireTime: Timestamp;
    readonly currentRows: number;
    readonly isImporting: boolean;
    readonly lastFlushMs: number | undefined;
    readonly rowsKnown: boolean;
}

export declare const flushRetryMs = 2000;

export declare function isStaleImport(segment: Pick<SealedView, 'lastExpireTime'>, tick: Timestamp): boolean;

export declare function sealedAction(segment: SealedView, tick: Timestamp, nowMs: number): 'flush' | 'drop-empty' | 'wait';

// policy/garbage
export interface DroppedView {
    readonly droppedAtMs: number;
    readonly locked: boolean;
    readonly channelLives: boolean;
    readonly savedUntil: Timestamp;
    readonly checkpoint: Timestamp;
    readonly childUnindexed: boolean;
}

export type KeptBecause = 'young' | 'locked' | 'replayed' | 'serves-for-child';

export declare function isOrphan(lastModifiedMs: number, nowMs: number, missingToleranceMs: number): boolean;

export declare function keptBecause(segment: DroppedView, nowMs: number, dropToleranceMs: number): KeptBecause | undefined;

// policy/sealing
export interface GrowingView {
    readonly binlogFiles: number;
    readonly lastExpireTime: Timestamp;
    readonly currentRows: number;
    readonly maxRows: number;
    readonly lastWrittenMs: number | undefined;
}

export interface SealLimits {
    readonly binlogFilesMax: number;
    readonly lifeMsMax: number;
    readonly sealProportion: number;
    readonly idleMsMax: number;
    readonly idleProportionMin: number;
}

export type SealReason = 'too-many-binlogs' | 'lifetime' | 'full' | 'idle';

export declare function sealReason(segment: GrowingView, limits: SealLimits, tick: Timestamp, nowMs: number): SealReason | undefined;

// poll-pace
export declare class PollPace {
    get trusts(): boolean;
    next(): number;
    noticed(): void;
    missed(): void;
}

// position
export interface Position {
    channelName: string;
    msgID: Uint8Array;
    msgGroup: string;
    timestamp: Timestamp;
}

export declare function earliestPosition<P extends Position>(positions: Iterable<P | undefined>): P | undefined;

// random
export interface Random {
    next(): number;
}

export declare function randomInt(random: Random, bound: number): number;

export declare function seededRandom(seed: number): Random;

// run-together
export declare function runTogether(services: readonly Service[], signal: AbortSignal): Promise<void>;

// schema-size
export interface SizedField {
    readonly name: string;
    readonly dataType: number;
    readonly typeParams: readonly {
        readonly key: string;
        readonly value: string;
    }[];
}

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

export declare function estimatedRowBytes(fields: readonly SizedField[]): number;

export declare function integerTypeParam(field: SizedField, key: string): number;

export declare function maxRowsOfSegment(fields: readonly SizedField[], segmentBytesMax: number): number;

// segment-state
export type SegmentStateName = 'growing' | 'sealed' | 'flushing' | 'flushed' | 'dropped' | 'importing';

export declare function isDurable(state: number): boolean;

export declare function isHealthy(state: number): boolean;

export declare function segmentStateName(state: number): SegmentStateName | 'none' | 'not-exist';

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

export declare const segmentTransitions: TransitionTable<SegmentStateName>;

// semaphore
export declare class Semaphore {
    constructor(permits: number);
    run<T>(task: () => Promise<T>): Promise<T>;
}

// service
export interface Service {
    readonly name: string;
    run(signal: AbortSignal): Promise<void>;
}

// shard
export declare function shardOfInt64(key: bigint, shards: number): number;

export declare function shardOfVarchar(key: string, shards: number): number;

// state-machine
export type TransitionTable<State extends string> = {
    readonly [From in State]: readonly State[];
};

export declare function canTransition<State extends string>(table: TransitionTable<State>, from: State, to: State): boolean;

export declare function transition<State extends string>(table: TransitionTable<State>, what: string, from: State, to: State): State;

// timestamp
export type Timestamp = bigint;

export type UniqueID = bigint;

export declare function addMs(timestamp: Timestamp, ms: number): Timestamp;

export declare function composeTimestamp(physicalMs: number, logical?: number): Timestamp;

export declare const logicalMax: number;

export declare function logicalPart(timestamp: Timestamp): number;

export declare const maxOf: (a: bigint, b: bigint) => bigint;

export declare const minOf: (a: bigint, b: bigint) => bigint;

export declare function physicalMs(timestamp: Timestamp): number;

// wakeup
export declare class Wakeup {
    constructor(clock: Clock);
    wake(): void;
    wait(msMax: number, signal: AbortSignal): Promise<boolean>;
}

