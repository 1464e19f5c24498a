/** Position of a message in its channel: opaque bytes that only the driver reads. Within one driver they order like the messages. */
export type MessageID = Uint8Array;

/** A message as a reader gets it. Its payload is the bytes that were published. */
export interface Message {
  readonly id: MessageID;
  readonly payload: Uint8Array;
  /** Where the driver can use a payload's memory again: the reader is its first holder. Who never releases it may keep the payload. */
  readonly lease?: PayloadLease | undefined;
}

/** The memory of a payload, shared by those who hold it. Behind the last release it holds something else. */
export interface PayloadLease {
  /** One more holder. */
  retain(): void;
  /** One holder less. Each holder releases once. */
  release(): void;
}

/**
 * Where a reader starts. `at` and `after` name a message of this channel, which need not be written yet when it is the next one.
 * `latest` is behind the message that is newest when the first batch is asked for.
 */
export type StartFrom = 'earliest' | 'latest' | { readonly at: MessageID } | { readonly after: MessageID };

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
  publish(
    channel: string,
    payloads: readonly Uint8Array[],
    options?: PublishOptions,
  ): Promise<readonly MessageID[]>;
  /**
   * Batches of messages in order, without end, until the signal aborts. A batch holds at most `batchBytesMax` bytes of payload (always at
   * least one message): nothing is read ahead of the consumer beyond one further batch. Waits through an outage of the log. An abort ends
   * the iteration, it does not throw. The payloads are the reader's own until it releases their leases.
   */
  read(
    channel: string,
    from: StartFrom,
    signal: AbortSignal,
    options?: ReadOptions,
  ): AsyncIterable<readonly Message[]>;
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

/** Bytes of payloads in a batch, where a reader does not say. */
export const defaultBatchBytesMax = 8 * 1024 * 1024;
/** Largest message. Source: Milvus' kafka `message.max.bytes`. */
export const defaultMessageBytesMax = 10 * 1024 * 1024;
