import { type Clock, Unavailable } from '@millrace/core';
import { Admin, ListOffsetTimestamps } from '@platformatic/kafka';
import { brokerAnswered, isForbidden } from './kafka-error.ts';
import { Replaceable } from './replaceable.ts';
import { waitThrough } from './wait-through.ts';

export interface OffsetRange {
  /** Offset of the oldest message that is kept. */
  readonly first: bigint;
  /** Offset that the next message will get. */
  readonly end: bigint;
}

export interface TopicsSettings {
  readonly brokers: readonly string[];
  readonly deadlineMs: number;
}

/** More than connecting may take. */
const answerMsMax = 10_000;

/** The topics of a Kafka cluster: creates them on first use, and knows where they begin and end. */
export class Topics {
  private readonly clock: Clock;
  private readonly deadlineMs: number;
  private readonly admin: Replaceable<Admin>;
  private readonly present = new Map<string, Promise<void>>();
  private readonly closing = new AbortController();

  constructor({ clock }: { readonly clock: Clock }, { brokers, deadlineMs }: TopicsSettings) {
    this.clock = clock;
    this.deadlineMs = deadlineMs;
    const options = { clientId: 'millrace', bootstrapBrokers: [...brokers], retries: 0 };
    this.admin = new Replaceable(clock, () => new Admin(options));
  }

  /** Resolves when the topic is there, with one partition when it is new. Errors: Unavailable after the deadline. */
  async ensure(channel: string): Promise<void> {
    await this.within(channel, () => this.ensureOnce(channel));
  }

  /** One attempt of `ensure`, for callers that wait by themselves. */
  ensureOnce(channel: string): Promise<void> {
    let present = this.present.get(channel);
    if (present === undefined) {
      present = this.create(channel);
      this.present.set(channel, present);
      present.catch(() => this.forget(channel));
    }
    return present;
  }

  /** The topic may have been removed: look again at the next use. */
  forget(channel: string): void {
    this.present.delete(channel);
  }

  /** Errors: Unavailable after the deadline. */
  async range(channel: string): Promise<OffsetRange> {
    return this.within(channel, () => this.rangeOnce(channel));
  }

  /** One attempt of `range`, for callers that wait by themselves. */
  async rangeOnce(channel: string): Promise<OffsetRange> {
    await this.ensureOnce(channel);
    // Kafka refuses a request that names a partition twice.
    const [first, end] = await Promise.all([
      this.offsetAt(channel, ListOffsetTimestamps.EARLIEST),
      this.offsetAt(channel, ListOffsetTimestamps.LATEST),
    ]);
    return { first, end };
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.admin.close();
  }

  private async create(channel: string): Promise<void> {
    try {
      await this.admin.call(
        (admin) => admin.createTopics({ topics: [channel], partitions: 1, replicas: -1 }),
        answerMsMax,
      );
    } catch (error) {
      // Who may not create topics finds out by using it whether somebody else has.
      if (!brokerAnswered(error, 'TOPIC_ALREADY_EXISTS') && !isForbidden(error)) throw error;
    }
  }

  private async offsetAt(channel: string, timestamp: bigint): Promise<bigint> {
    const request = { name: channel, partitions: [{ partitionIndex: 0, timestamp }] };
    const [topic] = await this.admin.call((admin) => admin.listOffsets({ topics: [request] }), answerMsMax);
    const offset = topic?.partitions[0]?.offset;
    if (offset === undefined) throw new Unavailable(`Kafka does not say where ${channel} begins and ends`);
    return offset;
  }

  private async within<T>(channel: string, work: () => Promise<T>): Promise<T> {
    const { clock, deadlineMs } = this;
    let done: { readonly value: T } | undefined;
    const attempt = async () => {
      done = { value: await work() };
    };
    await waitThrough(attempt, { channel, clock, deadlineMs, signal: this.closing.signal });
    if (done === undefined) throw new Unavailable('the stream is closed: open a new one');
    return done.value;
  }
}
