import type { RecordsBatch } from '@platformatic/kafka';
import { Bell } from '../../tick/bell.ts';
import { endOf } from './records.ts';

/** Where a topic goes on, and how Kafka names it. */
export interface TopicEnd {
  readonly channel: string;
  readonly topicID: string;
  readonly offset: bigint;
}

/** What came from an offset on. */
export interface Fetched {
  readonly offset: bigint;
  readonly batches: readonly RecordsBatch[];
}

/** One reader's part of a shared fetch: holds at most one answer that the reader has not taken. */
export class SharedPlace {
  readonly channel: string;
  readonly topicID: string;
  /** Behind what was given. */
  offset: bigint;
  private readonly onLeave: (place: SharedPlace) => void;
  private readonly change = new Bell();
  private given: Fetched | undefined;
  private left = false;

  constructor({ channel, topicID, offset }: TopicEnd, onLeave: (place: SharedPlace) => void) {
    this.channel = channel;
    this.topicID = topicID;
    this.offset = offset;
    this.onLeave = onLeave;
  }

  /** The reader has not come back for the last answer. */
  get isSlow(): boolean {
    return this.given !== undefined;
  }

  /** The next answer. Undefined when there will be none: the reader goes on alone from where it is. */
  async take(): Promise<Fetched | undefined> {
    while (this.given === undefined && !this.left) await this.change.wait();
    const { given } = this;
    this.given = undefined;
    return given;
  }

  give(batches: readonly RecordsBatch[]): void {
    if (this.left || batches.length === 0) return;
    this.given = { offset: this.offset, batches };
    this.offset = endOf(batches, this.offset);
    this.change.ring();
  }

  /** Nothing is given any more; what was given can still be taken. */
  leave(): void {
    if (this.left) return;
    this.left = true;
    this.onLeave(this);
    this.change.ring();
  }
}
