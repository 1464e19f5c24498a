import { type Clock, Exhausted, Internal, Unavailable } from '@millrace/core';
import { ProduceAcks, Producer } from '@platformatic/kafka';
import type { MessageID } from '../../message-stream.ts';
import { offsetID } from '../../offset-id.ts';
import { metadataMsMax } from './consumer-options.ts';
import { kafkaError } from './kafka-error.ts';
import { Replaceable } from './replaceable.ts';
import { asBuffer, type SharedWriter } from './shared-writer.ts';
import type { Topics } from './topics.ts';
import { retryDelayMs } from './wait-through.ts';

export type Compression = 'none' | 'zstd';

export interface WriterSettings {
  readonly brokers: readonly string[];
  readonly compression: Compression;
  /** A publication that is not durable after it is rejected. */
  readonly deadlineMs: number;
}

export interface WriterComponents {
  readonly clock: Clock;
  readonly topics: Topics;
  readonly sharedWriter: SharedWriter;
}

interface Publication {
  readonly durable: boolean;
  readonly payloads: readonly Uint8Array[];
  readonly bytes: number;
  readonly deadline: number;
  readonly ids: MessageID[];
  readonly resolve: (ids: readonly MessageID[]) => void;
  readonly reject: (error: unknown) => void;
  /** How many of the payloads are in a batch. */
  taken: number;
  settled: boolean;
}

interface BatchedPayload {
  readonly payload: Uint8Array;
  readonly publication: Publication;
}

/** Below the 1 MiB that a broker takes by default; only a message that is larger makes a larger batch. */
const batchBytesMax = 960 * 1024;
/** Of a batch that goes through the shared writer. */
const sharedBytesMax = 64 * 1024;
/** Lengths, deltas and the empty key and headers of one record. */
const recordOverheadBytes = 24;
const queueBytesMax = 64 * 1024 * 1024;
/** How long closing waits for what is under way. */
const closeMs = 5000;

/**
 * Appends to one topic. All publications that wait are one batch, and one batch is in flight: with more, Kafka's idempotent producer may
 * reorder them after an error. The producer is of this topic alone, because a failed batch resets the sequence numbers of all its topics, and
 * a batch of another topic that is prepared meanwhile could pass for one the broker has already.
 *
 * A small batch of nothing but messages that need not be durable, such as ticks, goes through the producer that all topics share. It is the one
 * batch in flight all the same: acknowledged in its turn, or in doubt, and then sent once more from here. Such a batch can so be in the
 * log twice, the first time perhaps behind later messages.
 */
export class ChannelWriter {
  private readonly clock: Clock;
  private readonly topics: Topics;
  private readonly shared: SharedWriter;
  private readonly channel: string;
  private readonly settings: WriterSettings;
  private readonly producer: Replaceable<Producer>;
  private readonly queue: Publication[] = [];
  private readonly closing = new AbortController();
  private queuedBytes = 0;
  private draining: Promise<void> | undefined;
  private watching: Promise<void> | undefined;
  /** Whether the topic took what it was sent last: one that does not would fail the requests of all. */
  private sound = true;

  constructor(components: WriterComponents, channel: string, settings: WriterSettings) {
    this.clock = components.clock;
    this.topics = components.topics;
    this.shared = components.sharedWriter;
    this.channel = channel;
    this.settings = settings;
    const options = {
      clientId: 'millrace',
      bootstrapBrokers: [...settings.brokers],
      idempotent: true,
      metadataMaxAge: metadataMsMax,
      // Retries within the client keep the sequence number: they never write twice.
      retries: Math.ceil(settings.deadlineMs / retryDelayMs(Number.MAX_SAFE_INTEGER)) + 6,
      retryDelay: (_client: object, _operation: string, attempt: number) => retryDelayMs(attempt),
    };
    this.producer = new Replaceable(components.clock, () => new Producer(options));
  }

  async publish(payloads: readonly Uint8Array[], durable: boolean): Promise<readonly MessageID[]> {
    if (this.closing.signal.aborted) throw new Unavailable('the stream is closed: open a new one');
    if (payloads.length === 0) return [];
    const bytes = payloads.reduce((sum, { length }) => sum + length + recordOverheadBytes, 0);
    if (this.queuedBytes > 0 && this.queuedBytes + bytes > queueBytesMax) {
      throw new Exhausted(
        `${queueBytesMax} bytes wait for topic ${this.channel} already: Kafka is slower than the writers, send less`,
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<readonly MessageID[]>();
    const deadline = this.clock.monotonic() + this.settings.deadlineMs;
    this.queue.push({
      durable,
      payloads,
      bytes,
      deadline,
      ids: [],
      resolve,
      reject,
      taken: 0,
      settled: false,
    });
    this.queuedBytes += bytes;
    this.draining ??= this.drain();
    this.watching ??= this.watch();
    return promise;
  }

  async close(): Promise<void> {
    this.closing.abort();
    const done = new AbortController();
    await Promise.race([this.draining, this.clock.sleep(closeMs, done.signal)]);
    done.abort();
    for (const publication of this.queue)
      settle(publication, new Unavailable(`closed before topic ${this.channel} took the messages`));
    await this.producer.close();
    await this.watching;
  }

  private async drain(): Promise<void> {
    await Promise.resolve();
    for (let batch = this.nextBatch(); batch.length > 0; batch = this.nextBatch()) {
      try {
        const first = (await this.sendShared(batch)) ?? (await this.send(batch));
        this.sound = true;
        for (const [index, { publication }] of batch.entries()) {
          publication.ids.push(offsetID(first + BigInt(index)));
          if (publication.ids.length === publication.payloads.length) settle(publication);
        }
      } catch (cause) {
        this.sound = false;
        this.topics.forget(this.channel);
        const error = kafkaError(cause, this.channel);
        for (const { publication } of batch) settle(publication, error);
      }
    }
    this.draining = undefined;
  }

  private nextBatch(): BatchedPayload[] {
    this.dropSettled();
    const batch: BatchedPayload[] = [];
    let bytes = 0;
    for (const publication of this.queue) {
      while (!publication.settled) {
        const payload = publication.payloads[publication.taken];
        if (payload === undefined) break;
        bytes += payload.length + recordOverheadBytes;
        if (batch.length > 0 && bytes > batchBytesMax) return batch;
        batch.push({ payload, publication });
        publication.taken++;
      }
    }
    return batch;
  }

  /** The oldest settle first. */
  private dropSettled(): void {
    let count = 0;
    for (const { settled, bytes } of this.queue) {
      if (!settled) break;
      this.queuedBytes -= bytes;
      count++;
    }
    this.queue.splice(0, count);
  }

  /** The offset of the first; undefined when the batch must go its own way. */
  private async sendShared(batch: readonly BatchedPayload[]): Promise<bigint | undefined> {
    if (!this.sound || batch.some(({ publication }) => publication.durable)) return undefined;
    const payloads = batch.map(({ payload }) => payload);
    if (payloads.reduce((bytes, { length }) => bytes + length, 0) > sharedBytesMax) return undefined;
    await this.topics.ensure(this.channel);
    return this.shared.send(this.channel, payloads);
  }

  /** The offset of the first. */
  private async send(batch: readonly BatchedPayload[]): Promise<bigint> {
    await this.topics.ensure(this.channel);
    const { compression, deadlineMs } = this.settings;
    const topic = this.channel;
    const messages = batch.map(({ payload }) => ({ topic, partition: 0, value: asBuffer(payload) }));
    // The publications are rejected at their deadline. The client gets more time, so that the batch is rarely given up in doubt.
    const { offsets } = await this.producer.call(
      (producer) => producer.send({ messages, acks: ProduceAcks.ALL, compression }),
      2 * deadlineMs,
    );
    const offset = offsets?.[0]?.offset;
    if (offset === undefined) throw new Internal(`Kafka took messages for ${this.channel} without an offset`);
    return offset;
  }

  /** Rejects what is overdue, also while the client still tries to deliver it: order is kept, the next batch waits for that one. */
  private async watch(): Promise<void> {
    const { clock } = this;
    for (;;) {
      const oldest = this.queue.find(({ settled }) => !settled);
      if (oldest === undefined) break;
      if (oldest.deadline <= clock.monotonic()) {
        const { deadlineMs } = this.settings;
        settle(
          oldest,
          new Unavailable(
            `Kafka did not take messages for ${this.channel} within ${deadlineMs} ms: are its brokers up?`,
          ),
        );
      } else if (!(await clock.sleep(oldest.deadline - clock.monotonic(), this.closing.signal))) break;
    }
    this.watching = undefined;
  }
}

function settle(publication: Publication, error?: Error): void {
  if (publication.settled) return;
  publication.settled = true;
  if (error === undefined) publication.resolve(publication.ids);
  else publication.reject(error);
}
