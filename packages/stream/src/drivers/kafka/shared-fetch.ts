import { type Clock, type Logger, Wakeup } from '@millrace/core';
import { Consumer, FetchIsolationLevels } from '@platformatic/kafka';
import { answerMsMax, consumerOptions, fetchWaitMs, partitionFrom } from './consumer-options.ts';
import { Replaceable } from './replaceable.ts';
import { SharedPlace, type TopicEnd } from './shared-place.ts';
import { within } from './within.ts';

export interface SharedFetchComponents {
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Pause in front of each round, which is what a tick may come later. RootCoord writes its ticks to one topic after the other: so a few rounds
 * bring all of them. Also the time in which topics join and slow readers may come back.
 */
const gatherMs = 20;
/** How long a reader waits for the round that is under way, before it goes on alone. */
const joinMsMax = 2 * gatherMs;
/** How long an empty one waits for somebody to join. */
const idleMsMax = 10_000;
/** Bytes of one round, and of a topic within: more comes faster through a fetch of the topic's own. */
const roundBytesMax = 1024 * 1024;
const topicBytesMax = 256 * 1024;

/**
 * Asks one broker for all topics whose readers are at their end, in one request at a time. It knows no errors: whatever goes wrong, its
 * readers go on alone, where each finds out whether it concerns it, and come back.
 */
export class SharedFetch {
  private readonly components: SharedFetchComponents;
  private readonly leader: number;
  private readonly consumer: Replaceable<Consumer>;
  private readonly places = new Map<string, SharedPlace>();
  private readonly stopping = new AbortController();
  private readonly joined: Wakeup;
  private isGathering = true;
  private landed = Promise.withResolvers<void>();

  constructor(components: SharedFetchComponents, leader: number, brokers: readonly string[]) {
    this.components = components;
    this.leader = leader;
    this.consumer = new Replaceable(components.clock, () => new Consumer(consumerOptions(brokers)));
    this.joined = new Wakeup(components.clock);
  }

  /**
   * Undefined when it goes not now: a topic that joined behind a request would wait for the answer, which takes as long as no other
   * topic has news. Nor for a second reader of a topic.
   */
  async join(end: TopicEnd): Promise<SharedPlace | undefined> {
    if (!this.isGathering) await within(this.components.clock, this.landed.promise, joinMsMax);
    if (!this.isGathering || this.places.has(end.topicID)) return undefined;
    const place = new SharedPlace(end, () => this.places.delete(end.topicID));
    this.places.set(end.topicID, place);
    this.joined.wake();
    return place;
  }

  /** Until nobody has joined for a while, `stop`, or a failure. False after a failure. */
  async run(): Promise<boolean> {
    try {
      while (await this.gather()) await this.round();
      return true;
    } catch (error) {
      if (this.stopping.signal.aborted) return true;
      this.components.log.debug({ leader: this.leader, error }, 'kafka-shared-fetch-failed');
      return false;
    } finally {
      this.isGathering = false;
      for (const place of this.places.values()) place.leave();
      await this.consumer.close();
    }
  }

  /** Also ends a request that is under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.consumer.close();
  }

  /** False when there is nothing more to do. */
  private async gather(): Promise<boolean> {
    const { signal } = this.stopping;
    this.isGathering = true;
    this.landed.resolve();
    do {
      if (this.places.size === 0 && !(await this.joined.wait(idleMsMax, signal))) return false;
      if (this.places.size === 0 || !(await this.components.clock.sleep(gatherMs, signal))) return false;
      for (const place of this.places.values()) if (place.isSlow) place.leave();
    } while (this.places.size === 0);
    this.landed = Promise.withResolvers();
    this.isGathering = false;
    return true;
  }

  private async round(): Promise<void> {
    const asked = [...this.places.values()];
    const { responses } = await this.consumer.call((consumer) => this.ask(consumer, asked), answerMsMax);
    for (const { topicId, partitions } of responses) {
      const place = this.places.get(topicId);
      for (const { records, highWatermark } of partitions) {
        place?.give(records ?? []);
        if (place !== undefined && place.offset < highWatermark) place.leave();
      }
    }
  }

  private ask(consumer: Consumer, places: readonly SharedPlace[]) {
    const { topics } = consumer;
    const wanted = new Set(places.map(({ channel }) => channel));
    for (const channel of [...topics.keys()]) if (!wanted.has(channel)) topics.untrack(channel);
    for (const channel of wanted) if (!topics.has(channel)) topics.track(channel);
    return consumer.fetch({
      node: this.leader,
      topics: places.map(({ topicID, offset }) => ({
        topicId: topicID,
        partitions: [partitionFrom(offset, topicBytesMax)],
      })),
      minBytes: 1,
      maxBytes: roundBytesMax,
      maxWaitTime: fetchWaitMs,
      isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
    });
  }
}
