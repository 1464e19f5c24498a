// @millrace/stream

// dml/decode-message
/** What a log's payload says. Never throws: what cannot be decoded is `unknown` and gives the reason. Source: spec §5.2. */
export declare function decodeMessage(payload: Uint8Array, lease?: PayloadLease): StreamMessage;

/** The columns of an insert, as objects: convenient, and an order of magnitude slower than reading the payload in place. */
export declare function readInsert(payload: Uint8Array): internal.InsertRequest;

// dml/encode-message
/** Where a message comes from. `msgID` is what consumers recognise repetitions by: unique per insert slice. */
export interface MessageOrigin {
    readonly msgID?: UniqueID;
    readonly timestamp: Timestamp;
    readonly sourceID: UniqueID;
}

/** A new collection, for each of its physical channels: its id there is the start position. Source: spec datanode-and-formats §5.5. */
export declare function encodeCreateCollection(origin: MessageOrigin, fields: Fields<internal.CreateCollectionRequest>): Uint8Array;

/** A new partition, for each physical channel of its collection. Source: spec datanode-and-formats §5.5. */
export declare function encodeCreatePartition(origin: MessageOrigin, fields: Fields<internal.CreatePartitionRequest>): Uint8Array;

/** A DataNode's report on one virtual channel; row counts are absolute. Source: spec datanode-and-formats §4.8. */
export declare function encodeDataNodeTick(origin: MessageOrigin, channelName: string, segmentsStats: readonly data.SegmentStats[]): Uint8Array;

/** Primary keys to delete, for the physical channel they hash to. Source: spec datanode-and-formats §5.4. */
export declare function encodeDelete(origin: MessageOrigin, fields: Fields<internal.DeleteRequest>): Uint8Array;

/** The end of a collection, for each of its physical channels, behind its last row. Source: spec datanode-and-formats §5.5. */
export declare function encodeDropCollection(origin: MessageOrigin, fields: Fields<internal.DropCollectionRequest>): Uint8Array;

/** The end of a partition, for each physical channel of its collection, behind its last row. Source: spec datanode-and-formats §5.5. */
export declare function encodeDropPartition(origin: MessageOrigin, fields: Fields<internal.DropPartitionRequest>): Uint8Array;

/** Rows of one segment, for its physical channel. The columns are the caller's, in `fields`. Source: spec datanode-and-formats §5.3. */
export declare function encodeInsert(origin: MessageOrigin, fields: Fields<internal.InsertRequest>): Uint8Array;

/** Promises that every later message of the channel is newer than `timestamp`. */
export declare function encodeTimeTick(timestamp: Timestamp, sourceID: UniqueID): Uint8Array;

// dml/message
/** A collection begins: its first message on the channel. DataNodes pass it over, DataCoord has told them of its channel. */
export interface CreateCollectionMessage extends Timed {
    readonly kind: 'create-collection';
    readonly request: internal.CreateCollectionRequest;
}

/** A partition begins. DataNodes pass it over. */
export interface CreatePartitionMessage extends Timed {
    readonly kind: 'create-partition';
    readonly request: internal.CreatePartitionRequest;
}

/** What a DataNode reports to DataCoord about one virtual channel. Source: spec datanode-and-formats §4.8. */
export interface DataNodeTickMessage extends Timed {
    readonly kind: 'datanode-tt';
    readonly request: data.DataNodeTtMsg;
}

/** Keys to delete, each with its timestamp: rows of that key that are older are gone. Source: spec datanode-and-formats §5.4. */
export interface DeleteMessage extends Timed {
    readonly kind: 'delete';
    readonly request: internal.DeleteRequest;
}

/** What routing distinguishes on a DML channel. */
export type DmlMessage = InsertMessage | DeleteMessage | CreateCollectionMessage | DropCollectionMessage | CreatePartitionMessage | DropPartitionMessage;

/** A collection ends: no message of it follows, and its DataNode gives the channel up. */
export interface DropCollectionMessage extends Timed {
    readonly kind: 'drop-collection';
    readonly request: internal.DropCollectionRequest;
}

/** A partition ends: no row of it follows, and its DataNode drops its segments. */
export interface DropPartitionMessage extends Timed {
    readonly kind: 'drop-partition';
    readonly request: internal.DropPartitionRequest;
}

/** An insert, scanned but not decoded: `readInsert(payload)` gives its columns. */
export interface InsertMessage extends Timed {
    readonly kind: 'insert';
    readonly collectionID: UniqueID;
    readonly partitionID: UniqueID;
    readonly segmentID: UniqueID;
    /** The virtual channel. */
    readonly shardName: string;
    readonly numRows: number;
}

/** Whatever `decodeMessage` can make of a payload, told apart by `kind`. Source: spec datanode-and-formats §5.2. */
export type StreamMessage = DmlMessage | TimeTickMessage | DataNodeTickMessage | UnknownMessage;

/** Every later message of the channel is newer than `endTs`. Source: spec datanode-and-formats §5.5. */
export interface TimeTickMessage extends Timed {
    readonly kind: 'timetick';
}

/** A type we do not know, or bytes that are not what their type says: to be logged and skipped. */
export interface UnknownMessage extends Timed {
    readonly kind: 'unknown';
    readonly msgType: number;
    readonly reason: string;
}

// drivers/file
/** Channels as directories of append-only files: durable, embedded, shared by the processes of one machine. */
export declare class FileStream implements MessageStream {
    readonly messageBytesMax: number;
    constructor(components: {
        readonly clock: Clock;
    }, settings: FileStreamSettings);
    publish(channel: string, payloads: readonly Uint8Array[], { durable }?: PublishOptions): Promise<readonly MessageID[]>;
    read(channel: string, from: StartFrom, signal: AbortSignal, { batchBytesMax }?: ReadOptions): AsyncIterable<readonly Message[]>;
    latest(channel: string): Promise<MessageID | undefined>;
    compare(a: MessageID, b: MessageID): number;
    /** Removes whole segment files that lie before the message; `latest`: all but the one that is written. */
    trim(channel: string, before: MessageID | 'latest'): Promise<void>;
    close(): Promise<void>;
}

/** Where a FileStream keeps its channels. Messages are at most `messageBytesMax` bytes, by default 10 MiB. */
export interface FileStreamSettings {
    /** Created when missing; shared by any number of processes of one machine. */
    readonly directory: string;
    readonly messageBytesMax?: number;
    /** Size at which a channel goes on in a new file. Default: 64 MiB. */
    readonly segmentBytesMax?: number;
}

// drivers/kafka
/**
 * Channels as Kafka topics, as Milvus keeps them: partition 0, no key, ids that are offsets, no consumer group. Missing topics are created.
 * Source: spec datanode-and-formats §5.6.
 */
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
    /** Does nothing: the brokers have their own retention. */
    trim(): Promise<void>;
    close(): Promise<void>;
}

/** Where Kafka is, what is written to it, and how patient the client is with it. */
export interface KafkaStreamSettings {
    /** `host:port` of at least one broker. */
    readonly brokers: readonly string[];
    /** Default: 10 MiB, Milvus' `message.max.bytes`, less what Kafka adds to a message. */
    readonly messageBytesMax?: number;
    /** What is written; everything is read. Default: none, since vectors hardly compress and zstd runs on the event loop. */
    readonly compression?: Compression;
    /** How long publishing, and asking for the newest message, waits for a broker. Default: 60 s, longer than a broker's restart. */
    readonly deadlineMs?: number;
}

// drivers/memory
/** All channels in this process' memory: for tests and the simulator. It owns no timer: the same calls give the same order. */
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

/** Messages are at most `messageBytesMax` bytes, by default 10 MiB as in Kafka. */
export interface MemoryStreamSettings {
    readonly messageBytesMax?: number;
}

// message-stream
/** A message as a reader gets it. Its payload is the bytes that were published. */
export interface Message {
    readonly id: MessageID;
    readonly payload: Uint8Array;
    /** Where the driver can use a payload's memory again: the reader is its first holder. Who never releases it may keep the payload. */
    readonly lease?: PayloadLease | undefined;
}

/** Position of a message in its channel: opaque bytes that only the driver reads. Within one driver they order like the messages. */
export type MessageID = Uint8Array;

/**
 * Ordered, durable channels of messages; any number of writers and of independent readers. A channel exists from its first use.
 * Errors: Exhausted for a message above `messageBytesMax`, Corrupt for a position that retention has removed (reading never skips
 * silently), Unavailable when the log cannot be reached within the driver's deadline.
 */
export interface MessageStream {
    /** Largest payload, bytes. */
    readonly messageBytesMax: number;
    /**
     * Appends in order, behind everything appended before; ids in the same order. Durable when it resolves; the payloads must not change
     * until then. After a rejection some of the messages may be in the log nevertheless: consumers drop repetitions by their base.msgID.
     */
    publish(channel: string, payloads: readonly Uint8Array[], options?: PublishOptions): Promise<readonly MessageID[]>;
    /**
     * Batches of messages in order, without end, until the signal aborts. A batch holds at most `batchBytesMax` bytes of payload (always at
     * least one message): nothing is read ahead of the consumer beyond one further batch. Waits through an outage of the log. An abort ends
     * the iteration, it does not throw. The payloads are the reader's own until it releases their leases.
     */
    read(channel: string, from: StartFrom, signal: AbortSignal, options?: ReadOptions): AsyncIterable<readonly Message[]>;
    /** Id of the newest message, undefined for an empty channel. */
    latest(channel: string): Promise<MessageID | undefined>;
    /** Negative, zero or positive, as `a` lies before, at or behind `b` in their channel. */
    compare(a: MessageID, b: MessageID): number;
    /**
     * Allows the log to forget messages before this one; `latest`: all that a reader who follows the channel from its end has long passed. A driver
     * whose broker has its own retention does nothing.
     */
    trim(channel: string, before: MessageID | 'latest'): Promise<void>;
    /** Ends what is being read, without an error. What is published afterwards is Unavailable. */
    close(): Promise<void>;
}

/** What a writer asks of its messages.  */
export interface PublishOptions {
    /**
     * False for messages that the next ones replace, such as ticks: readers see them almost as soon as any other, in their order, but a crash of
     * the machine may take them from the end of the channel, and a broken connection may repeat them, also behind later messages. So nobody
     * may keep their ids. A driver may ignore it. Default: true.
     */
    readonly durable?: boolean;
}

/** How much a reader takes at a time. `batchBytesMax` bounds the memory of what is read ahead. */
export interface ReadOptions {
    /** Default: 8 MiB. */
    readonly batchBytesMax?: number;
}

/**
 * Where a reader starts. `at` and `after` name a message of this channel, which need not be written yet when it is the next one.
 * `latest` is behind the message that is newest when the first batch is asked for.
 */
export type StartFrom = 'earliest' | 'latest' | {
    readonly at: MessageID;
} | {
    readonly after: MessageID;
};

/** Bytes of payloads in a batch, where a reader does not say. */
export declare const defaultBatchBytesMax: number;

/** Largest message. Source: Milvus' kafka `message.max.bytes`. */
export declare const defaultMessageBytesMax: number;

// offset-id
/** Negative, zero or positive, as `a` lies before, at or behind `b`. @throws Invalid for an id that is no offset */
export declare function compareOffsets(a: MessageID, b: MessageID): number;

/** The id of the message at this offset: 8 bytes, little-endian, as Milvus stores Kafka's. Source: spec datanode-and-formats §5.6. */
export declare function offsetID(offset: bigint): MessageID;

/** The offset in an id. Invalid when the id was not made by a driver that counts offsets. */
export declare function offsetOf(id: MessageID): bigint;

// open
/** The message stream that `millrace.stream` names. Invalid when what it needs is not configured. */
export declare function openStream(options: Options, components: {
    readonly clock: Clock;
    readonly log: Logger;
}): Promise<MessageStream>;

// tick/channel-dispatcher
/**
 * Feeds the virtual channels of this process from one reading per physical channel. Whoever starts elsewhere gets a reading of its own,
 * and two readings become one as soon as they stand at the same place: from there both would deliver the same. A subscriber that does
 * not keep up holds up nobody: it leaves the common reading, and follows with its own when it has worked off its queue.
 * Source: spec datanode-and-formats §5.7.
 */
export declare class ChannelDispatcher {
    constructor(settings: ChannelDispatcherSettings);
    /** Readings of physical channels that are under way. */
    get readerCount(): number;
    /**
     * The packs of one virtual channel, in order, with its messages only, until the signal aborts: what a TickMerge of its own would deliver.
     * The payloads of a pack may be used until the next one is asked for.
     * Rejects with what the log's reading fails with: Corrupt, Unavailable, Exhausted.
     */
    packs(request: DispatchRequest): AsyncGenerator<Pack>;
}

/** What a ChannelDispatcher reads from, and how far a subscriber may fall behind. */
export interface ChannelDispatcherSettings {
    readonly stream: MessageStream;
    /** Packs that may wait for one subscriber before it counts as slow. Default: 256. */
    readonly queuePacksMax?: number;
    /** Bytes of messages that may wait for one subscriber. Default: 8 MiB. */
    readonly queueBytesMax?: number;
    /** Told of messages that are skipped, once per reader that meets them. */
    readonly onUnknown?: (pchannel: string, message: UnknownMessage) => void;
}

// tick/pack
/** What became complete with one time tick. Source: spec datanode-and-formats §5.7. */
export interface Pack {
    /** In arrival order; all with endTs <= the pack's. Empty when only time has passed. */
    readonly messages: readonly DmlMessage[];
    /** The previous tick, 0 for the first pack of a channel read from its beginning. */
    readonly beginTs: Timestamp;
    /** The tick: every later pack holds newer messages only. */
    readonly endTs: Timestamp;
    /** End of the previous pack; undefined for the first pack of a channel read from its beginning. */
    readonly startPosition: Position | undefined;
    /** From here a reader gets everything that is newer than this pack, and nothing older. */
    readonly endPosition: Position;
}

// tick/subscription
/** Which part of a physical channel is wanted, and from where. */
export interface DispatchRequest {
    readonly vchannel: string;
    readonly pchannel: string;
    readonly collectionID: UniqueID;
    /** Undefined: from the earliest message. */
    readonly from: Position | undefined;
    /** Written into positions. */
    readonly subscription: string;
    /** Ends the packs, without an error. */
    readonly signal: AbortSignal;
}

// tick/tick-merge
/**
 * Turns the messages of one physical channel into packs, one per time tick. A state machine without I/O. Source: spec
 * datanode-and-formats §5.7. Two merges of the same channel that have passed the same tick go on identically.
 */
export declare class TickMerge {
    /** The last tick; before the first one the timestamp of the start position, or 0. */
    tick: Timestamp;
    constructor(settings: TickMergeSettings);
    /**
     * Takes the channel's next message, and its lease, and returns the pack that it completes, if it is a tick that does: the leases of its
     * messages go with it. Exhausted: see settings.
     */
    push({ id, payload, lease }: Message): readonly Pack[];
}

/** Which channel a TickMerge puts together, and from where on. Without `from` nothing is skipped. */
export interface TickMergeSettings {
    readonly pchannel: string;
    /** Written into positions for the original's sake. */
    readonly subscription: string;
    /** Where the reading starts: the messages pushed begin at this position's msgID, inclusively. */
    readonly from?: Position | undefined;
    /** Bytes of messages that may wait for a tick. Default: 512 MiB. */
    readonly waitingBytesMax?: number;
    /** Told of messages that are skipped. */
    readonly onUnknown?: (message: UnknownMessage) => void;
}

// Not exported by name:

// dml/encode-message
/** Fields of a request without its base: what is left out keeps protobuf's default. */
type Fields<Request> = Partial<Omit<Request, 'base'>>;

// dml/message
interface Timed {
    /** Smallest and largest timestamp of the rows; `base.timestamp` twice where a message has no rows. */
    readonly beginTs: Timestamp;
    readonly endTs: Timestamp;
    /** `base.msgID`: the same again when a producer repeats itself. */
    readonly msgID: UniqueID;
    /** The message as it came from the log. */
    readonly payload: Uint8Array;
    /** Of the payload. */
    readonly lease?: PayloadLease | undefined;
}

// drivers/kafka/channel-writer
export type Compression = 'none' | 'zstd';

// message-stream
/** The memory of a payload, shared by those who hold it. Behind the last release it holds something else. */
export interface PayloadLease {
    /** One more holder. */
    retain(): void;
    /** One holder less. Each holder releases once. */
    release(): void;
}


// @millrace/stream/testing

// testing/message-stream-suite
/** A stream under the conformance suite. `close` ends both clients and removes what the test wrote. */
export interface OpenedStream {
    readonly stream: MessageStream;
    /** A second client of the same log; the same one where the driver lives in one process. */
    readonly other: MessageStream;
    close(): Promise<void>;
}

/** What every driver of MessageStream must do. `open` is called once per test. */
export declare function describeMessageStream(name: string, open: () => Promise<OpenedStream>): void;

/** The first `count` messages a new reader gets; fails after ten seconds. */
export declare function takeMessages(stream: MessageStream, channel: string, count: number, from: StartFrom, options?: ReadOptions): Promise<Message[]>;

