// @millrace/stream

// dml/decode-message
export declare function decodeMessage(payload: Uint8Array, lease?: PayloadLease): StreamMessage;

export declare function readInsert(payload: Uint8Array): internal.InsertRequest;

// dml/encode-message
export interface MessageOrigin {
    readonly msgID?: UniqueID;
    readonly timestamp: Timestamp;
    readonly sourceID: UniqueID;
}

export declare function encodeCreateCollection(origin: MessageOrigin, fields: Fields<internal.CreateCollectionRequest>): Uint8Array;

export declare function encodeCreatePartition(origin: MessageOrigin, fields: Fields<internal.CreatePartitionRequest>): Uint8Array;

export declare function encodeDataNodeTick(origin: MessageOrigin, channelName: string, segmentsStats: readonly data.SegmentStats[]): Uint8Array;

export declare function encodeDelete(origin: MessageOrigin, fields: Fields<internal.DeleteRequest>): Uint8Array;

export declare function encodeDropCollection(origin: MessageOrigin, fields: Fields<internal.DropCollectionRequest>): Uint8Array;

export declare function encodeDropPartition(origin: MessageOrigin, fields: Fields<internal.DropPartitionRequest>): Uint8Array;

export declare function encodeInsert(origin: MessageOrigin, fields: Fields<internal.InsertRequest>): Uint8Array;

export declare function encodeTimeTick(timestamp: Timestamp, sourceID: UniqueID): Uint8Array;

// dml/message
export interface CreateCollectionMessage extends Timed {
    readonly kind: 'create-collection';
    readonly request: internal.CreateCollectionRequest;
}

export interface CreatePartitionMessage extends Timed {
    readonly kind: 'create-partition';
    readonly request: internal.CreatePartitionRequest;
}

export interface DataNodeTickMessage extends Timed {
    readonly kind: 'datanode-tt';
    readonly request: data.DataNodeTtMsg;
}

export interface DeleteMessage extends Timed {
    readonly kind: 'delete';
    readonly request: internal.DeleteRequest;
}

export type DmlMessage = InsertMessage | DeleteMessage | CreateCollectionMessage | DropCollectionMessage | CreatePartitionMessage | DropPartitionMessage;

export interface DropCollectionMessage extends Timed {
    readonly kind: 'drop-collection';
    readonly request: internal.DropCollectionRequest;
}

export interface DropPartitionMessage extends Timed {
    readonly kind: 'drop-partition';
    readonly request: internal.DropPartitionRequest;
}

export interface InsertMessage extends Timed {
    readonly kind: 'insert';
    readonly collectionID: UniqueID;
    readonly partitionID: UniqueID;
    readonly segmentID: UniqueID;
    readonly shardName: string;
    readonly numRows: number;
}

export type StreamMessage = DmlMessage | TimeTickMessage | DataNodeTickMessage | UnknownMessage;

export interface TimeTickMessage extends Timed {
    readonly kind: 'timetick';
}

export interface UnknownMessage extends Timed {
    readonly kind: 'unknown';
    readonly msgType: number;
    readonly reason: string;
}

// drivers/file
export declare class FileStream implements MessageStream {
    readonly messageBytesMax: number;
    constructor(components: {
        readonly clock: Clock;
    }, settings: FileStreamSettings);
    publish(channel: string, payloads: readonly Uint8Array[], { durable }?: PublishOptions): Promise<readonly MessageID[]>;
    read(channel: string, from: StartFrom, signal: AbortSignal, { batchBytesMax }?: ReadOptions): AsyncIterable<readonly Message[]>;
    latest(channel: string): Promise<MessageID | undefined>;
    compare(a: MessageID, b: MessageID): number;
    trim(channel: string, before: MessageID | 'latest'): Promise<void>;
    close(): Promise<void>;
}

export interface FileStreamSettings {
    readonly directory: string;
    readonly messageBytesMax?: number;
    readonly segmentBytesMax?: number;
}

// drivers/kafka
export declare class KafkaStream implements MessageStream {
    readonly messageBytesMax: number;
    constructor(components: {
        readonly clock: Clock;
        readonly log: Logger;
    }, settings: KafkaStreamSettings);
    publish(channel: string, payloads: readonly Uint8Array[], { durable }?: PublishOptions): Promise<readonly MessageID[]>;
    read(channel: string, from: StartFrom, signal: AbortSignal, { batchBytesMax }?: ReadOptions): AsyncIterable<readonly Message[]>;
    latest(channel: string): Promise<MessageID | undefined>;
    compare(a: MessageID, b: MessageID): number;
    trim(): Promise<void>;
    close(): Promise<void>;
}

export interface KafkaStreamSettings {
    readonly brokers: readonly string[];
    readonly messageBytesMax?: number;
    readonly compression?: Compression;
    readonly deadlineMs?: number;
}

// drivers/memory
export declare class MemoryStream implements MessageStream {
    readonly messageBytesMax: number;
    constructor({ messageBytesMax }?: MemoryStreamSettings);
    publish(name: string, payloads: readonly Uint8Array[]): Promise<readonly MessageID[]>;
    read(name: string, from: StartFrom, signal: AbortSignal, { batchBytesMax }?: ReadOptions): AsyncGenerator<readonly Message[]>;
    latest(name: string): Promise<MessageID | undefined>;
    compare(a: MessageID, b: MessageID): number;
    trim(name: string, before: MessageID | 'latest'): Promise<void>;
    close(): Promise<void>;
}

export interface MemoryStreamSettings {
    readonly messageBytesMax?: number;
}

// message-stream
export interface Message {
    readonly id: MessageID;
    readonly payload: Uint8Array;
    readonly lease?: PayloadLease | undefined;
}

export type MessageID = Uint8Array;

export interface MessageStream {
    readonly messageBytesMax: number;
    publish(channel: string, payloads: readonly Uint8Array[], options?: PublishOptions): Promise<readonly MessageID[]>;
    read(channel: string, from: StartFrom, signal: AbortSignal, options?: ReadOptions): AsyncIterable<readonly Message[]>;
    latest(channel: string): Promise<MessageID | undefined>;
    compare(a: MessageID, b: MessageID): number;
    trim(channel: string, before: MessageID | 'latest'): Promise<void>;
    close(): Promise<void>;
}

export interface PublishOptions {
    readonly durable?: boolean;
}

export interface ReadOptions {
    readonly batchBytesMax?: number;
}

export type StartFrom = 'earliest' | 'latest' | {
    readonly at: MessageID;
} | {
    readonly after: MessageID;
};

export declare const defaultBatchBytesMax: number;

export declare const defaultMessageBytesMax: number;

// offset-id
export declare function compareOffsets(a: MessageID, b: MessageID): number;

export declare function offsetID(offset: bigint): MessageID;

export declare function offsetOf(id: MessageID): bigint;

// open
export declare function openStream(options: Options, components: {
    readonly clock: Clock;
    readonly log: Logger;
}): Promise<MessageStream>;

// tick/channel-dispatcher
export declare class ChannelDispatcher {
    constructor(settings: ChannelDispatcherSettings);
    get readerCount(): number;
    packs(request: DispatchRequest): AsyncGenerator<Pack>;
}

export interface ChannelDispatcherSettings {
    readonly stream: MessageStream;
    readonly queuePacksMax?: number;
    readonly queueBytesMax?: number;
    readonly onUnknown?: (pchannel: string, message: UnknownMessage) => void;
}

// tick/pack
export interface Pack {
    readonly messages: readonly DmlMessage[];
    readonly beginTs: Timestamp;
    readonly endTs: Timestamp;
    readonly startPosition: Position | undefined;
    readonly endPosition: Position;
}

// tick/subscription
export interface DispatchRequest {
    readonly vchannel: string;
    readonly pchannel: string;
    readonly collectionID: UniqueID;
    readonly from: Position | undefined;
    readonly subscription: string;
    readonly signal: AbortSignal;
}

// tick/tick-merge
export declare class TickMerge {
    tick: Timestamp;
    constructor(settings: TickMergeSettings);
    push({ id, payload, lease }: Message): readonly Pack[];
}

export interface TickMergeSettings {
    readonly pchannel: string;
    readonly subscription: string;
    readonly from?: Position | undefined;
    readonly waitingBytesMax?: number;
    readonly onUnknown?: (message: UnknownMessage) => void;
}

// Not exported by name:

// dml/encode-message
type Fields<Request> = Partial<Omit<Request, 'base'>>;

// dml/message
interface Timed {
    readonly beginTs: Timestamp;
    readonly endTs: Timestamp;
    readonly msgID: UniqueID;
    readonly payload: Uint8Array;
    readonly lease?: PayloadLease | undefined;
}

// drivers/kafka/channel-writer
export type Compression = 'none' | 'zstd';

// message-stream
export interface PayloadLease {
    retain(): void;
    release(): void;
}


// @millrace/stream/testing

// testing/message-stream-suite
export interface OpenedStream {
    readonly stream: MessageStream;
    readonly other: MessageStream;
    close(): Promise<void>;
}

export declare function describeMessageStream(name: string, open: () => Promise<OpenedStream>): void;

export declare function takeMessages(stream: MessageStream, channel: string, count: number, from: StartFrom, options?: ReadOptions): Promise<Message[]>;

