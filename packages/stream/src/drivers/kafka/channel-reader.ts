import { type Clock, Corrupt, type Logger, Unavailable } from '@millrace/core';
import { Consumer, FetchIsolationLevels, type RecordsBatch } from '@platformatic/kafka';
import type { Message, StartFrom } from '../../message-stream.ts';
import { offsetOf } from '../../offset-id.ts';
import { brokerAnswered } from './kafka-error.ts';
import { inBatches, messagesFrom } from './records.ts';
import { Replaceable } from './replaceable.ts';
import type { Topics } from './topics.ts';
import { waitThrough } from './wait-through.ts';

export interface ReaderComponents {
  readonly clock: Clock;
  readonly log: Logger;
  readonly topics: Topics;
}

export interface ReaderSettings {
  readonly brokers: readonly string[];
  readonly batchBytesMax: number;
}

/** Bytes of one fetch; a batch of the log that is larger comes whole. */
const fetchBytesMax = 8 * 1024 * 1024;
/** How long the broker holds the answer back when there is nothing new. */
const fetchWaitMs = 5000;
/** More than connecting and the wait may take, and the transfer of a batch. */
const answerMsMax = 30_000;

/** Batches of messages of one topic, through a connection of its own: an answer held back by the broker holds back no other reader's. */
export async function* readChannel(
  components: ReaderComponents,
  channel: string,
  from: StartFrom,
  settings: ReaderSettings,
  signal: AbortSignal,
): AsyncGenerator<readonly Message[], undefined> {
  if (signal.aborted) return undefined;
  const reader = new TopicReader(components, channel, settings);
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
    await reader.close();
  }
  return undefined;
}

interface Fetched {
  readonly offset: bigint;
  readonly batches: readonly RecordsBatch[];
}

class TopicReader {
  private readonly components: ReaderComponents;
  private readonly channel: string;
  private readonly fetchBytes: number;
  private readonly consumer: Replaceable<Consumer>;
  /** Whether what is known of the topic may be outdated. */
  private stale = false;

  constructor(components: ReaderComponents, channel: string, settings: ReaderSettings) {
    this.components = components;
    this.channel = channel;
    this.fetchBytes = Math.min(settings.batchBytesMax, fetchBytesMax);
    // It never joins the group; the client only asks for a name.
    const options = {
      clientId: 'millrace',
      groupId: 'millrace',
      bootstrapBrokers: [...settings.brokers],
      retries: 0,
    };
    this.consumer = new Replaceable(components.clock, () => {
      const consumer = new Consumer(options);
      consumer.topics.trackAll(channel);
      return consumer;
    });
  }

  start(from: StartFrom, signal: AbortSignal): Promise<bigint | undefined> {
    return this.wait(async () => {
      if (from === 'earliest') return (await this.components.topics.rangeOnce(this.channel)).first;
      if (from === 'latest') return (await this.components.topics.rangeOnce(this.channel)).end;
      return 'at' in from ? offsetOf(from.at) : offsetOf(from.after) + 1n;
    }, signal);
  }

  /** What the log holds from an offset on; nothing when nothing new came for a while. Undefined when the signal aborts. */
  fetch(offset: bigint, mayMove: boolean, signal: AbortSignal): Promise<Fetched | undefined> {
    return this.wait(async () => {
      await this.components.topics.ensureOnce(this.channel);
      try {
        return {
          offset,
          batches: await this.consumer.call((consumer) => this.fetchOnce(consumer, offset), answerMsMax),
        };
      } catch (error) {
        if (!brokerAnswered(error, 'OFFSET_OUT_OF_RANGE')) throw error;
        return { offset: await this.afterOutOfRange(offset, mayMove), batches: [] };
      }
    }, signal);
  }

  /** Ends a fetch that is under way. */
  close(): Promise<void> {
    return this.consumer.close();
  }

  private async fetchOnce(consumer: Consumer, fetchOffset: bigint): Promise<readonly RecordsBatch[]> {
    const { channel, fetchBytes } = this;
    const metadata = await consumer.metadata({ topics: [channel], forceUpdate: this.stale });
    const topic = metadata.topics.get(channel);
    const leader = topic?.partitions[0]?.leader;
    if (topic === undefined || leader === undefined || leader < 0)
      throw new Unavailable(`no broker leads partition 0 of ${channel} now`);
    const partition = {
      partition: 0,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
      fetchOffset,
      partitionMaxBytes: fetchBytes,
    };
    const answer = await consumer.fetch({
      node: leader,
      topics: [{ topicId: topic.id, partitions: [partition] }],
      minBytes: 1,
      maxBytes: fetchBytes,
      maxWaitTime: fetchWaitMs,
      isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
    });
    this.stale = false;
    return answer.responses.flatMap(({ partitions }) => partitions.flatMap(({ records }) => records ?? []));
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
