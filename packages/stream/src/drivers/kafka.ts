import { type Clock, type Logger, Unavailable } from '@millrace/core';
import { checkMessageSizes } from '../message-size.ts';
import {
  defaultBatchBytesMax,
  defaultMessageBytesMax,
  type Message,
  type MessageID,
  type MessageStream,
  type PublishOptions,
  type ReadOptions,
  type StartFrom,
} from '../message-stream.ts';
import { compareOffsets, offsetID } from '../offset-id.ts';
import { type ReaderComponents, readChannel } from './kafka/channel-reader.ts';
import { ChannelWriter, type Compression, type WriterComponents } from './kafka/channel-writer.ts';
import { SharedFetches } from './kafka/shared-fetches.ts';
import { SharedWriter } from './kafka/shared-writer.ts';
import { Topics } from './kafka/topics.ts';

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

/** Head of a record batch and of its only record, and what zstd adds to bytes it cannot compress. */
const batchOverheadBytes = 1024;

/**
 * Channels as Kafka topics, as Milvus keeps them: partition 0, no key, ids that are offsets, no consumer group. Missing topics are created.
 * Source: spec datanode-and-formats §5.6.
 */
export class KafkaStream implements MessageStream {
  readonly messageBytesMax: number;
  private readonly components: ReaderComponents & WriterComponents;
  private readonly settings: Required<KafkaStreamSettings>;
  private readonly writers = new Map<string, ChannelWriter>();
  private readonly closing = new AbortController();

  constructor(components: { readonly clock: Clock; readonly log: Logger }, settings: KafkaStreamSettings) {
    const {
      messageBytesMax = defaultMessageBytesMax - batchOverheadBytes,
      compression = 'none',
      deadlineMs = 60_000,
    } = settings;
    this.messageBytesMax = messageBytesMax;
    this.settings = { brokers: settings.brokers, messageBytesMax, compression, deadlineMs };
    const topics = new Topics(components, this.settings);
    const shared = new SharedFetches(components, this.settings.brokers);
    const sharedWriter = new SharedWriter(components, this.settings);
    this.components = { ...components, topics, shared, sharedWriter };
  }

  async publish(
    channel: string,
    payloads: readonly Uint8Array[],
    { durable = true }: PublishOptions = {},
  ): Promise<readonly MessageID[]> {
    this.checkOpen();
    checkMessageSizes(channel, payloads, this.messageBytesMax);
    let writer = this.writers.get(channel);
    if (writer === undefined) {
      writer = new ChannelWriter(this.components, channel, this.settings);
      this.writers.set(channel, writer);
    }
    return writer.publish(payloads, durable);
  }

  read(
    channel: string,
    from: StartFrom,
    signal: AbortSignal,
    { batchBytesMax = defaultBatchBytesMax }: ReadOptions = {},
  ): AsyncIterable<readonly Message[]> {
    const stop = AbortSignal.any([signal, this.closing.signal]);
    const settings = { brokers: this.settings.brokers, batchBytesMax };
    return readChannel(this.components, channel, from, settings, stop);
  }

  async latest(channel: string): Promise<MessageID | undefined> {
    this.checkOpen();
    const { first, end } = await this.components.topics.range(channel);
    return end > first ? offsetID(end - 1n) : undefined;
  }

  compare(a: MessageID, b: MessageID): number {
    return compareOffsets(a, b);
  }

  /** Does nothing: the brokers have their own retention. */
  async trim(): Promise<void> {}

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all([...this.writers.values()].map((writer) => writer.close()));
    await this.components.sharedWriter.close();
    await this.components.shared.close();
    await this.components.topics.close();
  }

  private checkOpen(): void {
    if (this.closing.signal.aborted) throw new Unavailable('the stream is closed: open a new one');
  }
}
