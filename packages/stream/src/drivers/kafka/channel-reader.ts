import { type Clock, Corrupt, type Logger, Unavailable } from '@millrace/core';
import { Consumer, FetchIsolationLevels, type RecordsBatch } from '@platformatic/kafka';
import type { Message, StartFrom } from '../../message-stream.ts';
import { offsetOf } from '../../offset-id.ts';
import { answerMsMax, consumerOptions, fetchWaitMs, partitionFrom } from './consumer-options.ts';
import { brokerAnswered } from './kafka-error.ts';
import { endOf, inBatches, messagesFrom } from './records.ts';
import { Replaceable } from './replaceable.ts';
import type { SharedFetches } from './shared-fetches.ts';
import type { Fetched, SharedPlace } from './shared-place.ts';
import type { Topics } from './topics.ts';
import { waitThrough } from './wait-through.ts';

export interface ReaderComponents {
  readonly clock: Clock;
  readonly log: Logger;
  readonly topics: Topics;
  readonly shared: SharedFetches;
}

export interface ReaderSettings {
  readonly brokers: readonly string[];
  readonly batchBytesMax: number;
}

/** Bytes of one fetch; a batch of the log that is larger comes whole. */
const fetchBytesMax = 8 * 1024 * 1024;
/** How long a reader keeps the connection of its own while it needs none: a busy one comes back to it soon. */
const ownIdleMsMax = 10_000;

/**
 * Batches of messages of one topic: through a connection of its own up to the end of the topic, from there through the fetch that all
 * readers at their end share. Who does not keep up with it is alone again: nobody waits for another's consumer, or outage.
 */
export async function* readChannel(
  components: ReaderComponents,
  channel: string,
  from: StartFrom,
  settings: ReaderSettings,
  signal: AbortSignal,
): AsyncGenerator<readonly Message[], undefined> {
  if (signal.aborted) return undefined;
  const reader = new TopicReader(components, channel, settings);
  const leave = () => reader.leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    let next = await reader.start(from, signal);
    for (let delivered = false; next !== undefined && !signal.aborted; ) {
      const fetched = await reader.fetch(next, from === 'earliest' && !delivered, signal);
      if (fetched === undefined) return undefined;
      const { messages, end } = messagesFrom(channel, fetched.batches, fetched.offset);
      for (const batch of inBatches(messages, settings.batchBytesMax)) {
        delivered = true;
        yield batch;
        if (signal.aborted) return undefined;
      }
      next = end;
    }
  } finally {
    signal.removeEventListener('abort', leave);
    await reader.close();
  }
  return undefined;
}

/** What is known of a topic's end behind a fetch that reached it. */
interface KnownEnd {
  readonly offset: bigint;
  readonly topicID: string;
  readonly leader: number;
}

class TopicReader {
  private readonly components: ReaderComponents;
  private readonly channel: string;
  private readonly fetchBytes: number;
  private readonly brokers: readonly string[];
  /** Undefined when it is not needed for long. */
  private consumer: Replaceable<Consumer> | undefined;
  private place: SharedPlace | undefined;
  private joinedMs = 0;
  private end: KnownEnd | undefined;
  /** Whether what is known of the topic may be outdated. */
  private stale = false;

  constructor(components: ReaderComponents, channel: string, settings: ReaderSettings) {
    this.components = components;
    this.channel = channel;
    this.fetchBytes = Math.min(settings.batchBytesMax, fetchBytesMax);
    this.brokers = settings.brokers;
  }

  start(from: StartFrom, signal: AbortSignal): Promise<bigint | undefined> {
    return this.wait(async () => {
      if (from === 'earliest') return (await this.components.topics.rangeOnce(this.channel)).first;
      if (from === 'latest') return (await this.components.topics.rangeOnce(this.channel)).end;
      return 'at' in from ? offsetOf(from.at) : offsetOf(from.after) + 1n;
    }, signal);
  }

  /** What the log holds from an offset on; nothing when nothing new came for a while. Undefined when the signal aborts. */
  async fetch(offset: bigint, mayMove: boolean, signal: AbortSignal): Promise<Fetched | undefined> {
    const shared = await this.fetchShared(offset, signal);
    if (shared !== undefined || signal.aborted) return shared;
    return this.wait(async () => {
      await this.components.topics.ensureOnce(this.channel);
      try {
        this.consumer ??= this.open();
        const batches = await this.consumer.call((consumer) => this.fetchOwn(consumer, offset), answerMsMax);
        return { offset, batches };
      } catch (error) {
        if (!brokerAnswered(error, 'OFFSET_OUT_OF_RANGE')) throw error;
        return { offset: await this.afterOutOfRange(offset, mayMove), batches: [] };
      }
    }, signal);
  }

  /** Gives up its place in the shared fetch, which ends a wait for its answer. */
  leave(): void {
    this.place?.leave();
  }

  /** Ends a fetch that is under way. */
  async close(): Promise<void> {
    this.leave();
    await this.consumer?.close();
  }

  /** Undefined when this reader has to ask for itself. */
  private async fetchShared(offset: bigint, signal: AbortSignal): Promise<Fetched | undefined> {
    const { clock, shared } = this.components;
    if (this.place === undefined && this.end?.offset === offset) {
      const { topicID, leader } = this.end;
      this.place = await shared.join(leader, { channel: this.channel, topicID, offset });
      this.joinedMs = clock.monotonic();
      if (signal.aborted) this.leave();
    }
    const fetched = await this.place?.take();
    if (fetched === undefined) this.place = undefined;
    else if (this.consumer !== undefined && clock.monotonic() - this.joinedMs > ownIdleMsMax) {
      const { consumer } = this;
      this.consumer = undefined;
      await consumer.close();
    }
    return fetched;
  }

  private open(): Replaceable<Consumer> {
    return new Replaceable(this.components.clock, () => {
      const consumer = new Consumer(consumerOptions(this.brokers));
      consumer.topics.trackAll(this.channel);
      return consumer;
    });
  }

  private async fetchOwn(consumer: Consumer, offset: bigint): Promise<readonly RecordsBatch[]> {
    const { channel, fetchBytes } = this;
    this.end = undefined;
    const metadata = await consumer.metadata({ topics: [channel], forceUpdate: this.stale });
    const topic = metadata.topics.get(channel);
    const leader = topic?.partitions[0]?.leader;
    if (topic === undefined || leader === undefined || leader < 0)
      throw new Unavailable(`no broker leads partition 0 of ${channel} now`);
    const { responses } = await consumer.fetch({
      node: leader,
      topics: [{ topicId: topic.id, partitions: [partitionFrom(offset, fetchBytes)] }],
      minBytes: 1,
      maxBytes: fetchBytes,
      maxWaitTime: fetchWaitMs,
      isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
    });
    this.stale = false;
    const answers = responses.flatMap(({ partitions }) => partitions);
    const batches = answers.flatMap(({ records }) => records ?? []);
    const end = endOf(batches, offset);
    // Without an answer nothing came for as long as the broker waits.
    if (answers.every(({ highWatermark }) => highWatermark <= end))
      this.end = { offset: end, topicID: topic.id, leader };
    return batches;
  }

  /** Where to go on after all. Errors: Corrupt when the log does not hold the offset. */
  private async afterOutOfRange(offset: bigint, mayMove: boolean): Promise<bigint> {
    const { channel } = this;
    const { first, end } = await this.components.topics.rangeOnce(channel);
    if (offset < first) {
      // Retention was faster than the first fetch of a reader that takes what there is.
      if (mayMove) return first;
      throw new Corrupt(
        `${channel} no longer holds offset ${offset}, its first is ${first}: retention removed messages that were still needed; ` +
          'keep the log longer, or restore from objects and start from the earliest position',
      );
    }
    if (offset > end)
      throw new Corrupt(`${channel} ends before offset ${offset}: the position is from another log`);
    throw new Unavailable(`the leader of ${channel} does not know offset ${offset} yet`);
  }

  private wait<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    const { channel } = this;
    const { clock, log, topics } = this.components;
    const failed = (error: Error, attempt: number) => {
      this.stale = true;
      topics.forget(channel);
      // A new topic has no leader for a moment.
      if (attempt === 5) log.warn({ channel, error: error.message }, 'kafka-read-waits');
    };
    return waitThrough(work, { channel, clock, signal, failed });
  }
}
