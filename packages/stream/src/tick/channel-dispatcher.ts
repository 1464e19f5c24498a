import { Invalid, type Position } from '@millrace/core';
import type { UnknownMessage } from '../dml/message.ts';
import type { MessageStream } from '../message-stream.ts';
import type { Pack } from './pack.ts';
import { SharedReader } from './shared-reader.ts';
import { type DispatchRequest, type QueueLimits, Subscription } from './subscription.ts';

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

/**
 * Feeds the virtual channels of this process from one reading per physical channel. Whoever starts elsewhere gets a reading of its own,
 * and two readings become one as soon as they stand at the same place: from there both would deliver the same. A subscriber that does
 * not keep up holds up nobody: it leaves the common reading, and follows with its own when it has worked off its queue.
 * Source: spec datanode-and-formats §5.7.
 */
export class ChannelDispatcher {
  private readonly settings: ChannelDispatcherSettings;
  private readonly limits: QueueLimits;
  private readonly readers = new Map<string, Set<SharedReader>>();

  constructor(settings: ChannelDispatcherSettings) {
    const { queuePacksMax: packsMax = 256, queueBytesMax: bytesMax = 8 * 1024 * 1024 } = settings;
    if (packsMax < 1 || bytesMax < 1)
      throw new Invalid(
        `queues of ${packsMax} packs and ${bytesMax} bytes hold nothing: allow at least 1 of each`,
      );
    this.settings = settings;
    this.limits = { packsMax, bytesMax };
  }

  /** Readings of physical channels that are under way. */
  get readerCount(): number {
    let count = 0;
    for (const readers of this.readers.values()) count += readers.size;
    return count;
  }

  /**
   * The packs of one virtual channel, in order, with its messages only, until the signal aborts: what a TickMerge of its own would deliver.
   * The payloads of a pack may be used until the next one is asked for.
   * Rejects with what the log's reading fails with: Corrupt, Unavailable, Exhausted.
   */
  async *packs(request: DispatchRequest): AsyncGenerator<Pack> {
    const { signal } = request;
    const subscription = new Subscription(request, this.limits);
    const leave = () => subscription.leave();
    // Not left to the end of this generator: its consumer may be busy with a pack for long, or never come back.
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    const attach = () => this.attach(subscription);
    try {
      for (;;) {
        const pack = await subscription.next(attach);
        if (pack === undefined) return;
        yield pack;
        for (const { lease } of pack.messages) lease?.release();
      }
    } finally {
      signal.removeEventListener('abort', leave);
      leave();
    }
  }

  private attach(subscription: Subscription): void {
    const { pchannel, position } = subscription;
    const reader = [...this.readersOf(pchannel)].find(({ at }) => isSamePlace(at, position));
    if (reader !== undefined) reader.add(subscription);
    else this.open(subscription);
  }

  private open(subscription: Subscription): void {
    const { pchannel, position } = subscription;
    const reader = new SharedReader({
      ...this.settings,
      pchannel,
      from: position,
      onPack: (reader) => this.unite(reader),
      onEnd: (reader) => this.forget(reader),
    });
    const readers = this.readersOf(pchannel);
    this.readers.set(pchannel, readers.add(reader));
    reader.add(subscription);
    // Its owners are those it feeds: they learn of its end, and stop it by leaving.
    void reader.run();
  }

  private unite(reader: SharedReader): void {
    for (const other of this.readersOf(reader.pchannel)) {
      if (other === reader || !isSamePlace(other.at, reader.at)) continue;
      if (other.size < reader.size) other.moveAllTo(reader);
      else reader.moveAllTo(other);
      return;
    }
  }

  private forget(reader: SharedReader): void {
    const readers = this.readersOf(reader.pchannel);
    readers.delete(reader);
    if (readers.size === 0) this.readers.delete(reader.pchannel);
  }

  private readersOf(pchannel: string): Set<SharedReader> {
    return this.readers.get(pchannel) ?? new Set();
  }
}

/**
 * Whether readings that have delivered everything up to these places hold the same messages back. The time alone does not say that: one
 * that began at a collection's first message misses what was kept back before it.
 */
function isSamePlace(a: Position | undefined, b: Position | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.timestamp === b.timestamp && Buffer.compare(a.msgID, b.msgID) === 0;
}
