import type { Position, UniqueID } from '@millrace/core';
import type { DmlMessage } from '../dml/message.ts';
import { Bell } from './bell.ts';
import type { Pack } from './pack.ts';
import type { SharedReader } from './shared-reader.ts';

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

/** How much may wait for one subscriber. Reaching either bound is being slow; a pack above `bytesMax` waits alone. */
export interface QueueLimits {
  readonly packsMax: number;
  readonly bytesMax: number;
}

interface Queued {
  readonly pack: Pack;
  readonly bytes: number;
}

/** One virtual channel's share of the packs of its physical channel, between the reader that feeds it and its consumer. */
export class Subscription {
  readonly pchannel: string;
  /** Who feeds it. Undefined before the first pack is asked for, and while a slow consumer works off what it has. */
  reader: SharedReader | undefined;
  /** Behind the last pack that was queued, or where to start. */
  position: Position | undefined;
  private readonly request: DispatchRequest;
  private readonly limits: QueueLimits;
  private readonly change = new Bell();
  private readonly queue: Queued[] = [];
  private bytes = 0;
  private ended = false;
  private error: unknown;

  constructor(request: DispatchRequest, limits: QueueLimits) {
    this.request = request;
    this.limits = limits;
    this.pchannel = request.pchannel;
    this.position = request.from;
  }

  get isFull(): boolean {
    return this.queue.length >= this.limits.packsMax || this.bytes >= this.limits.bytesMax;
  }

  /** It has worked off at least half of what it may have, and would have nothing to do before long. */
  get isHungry(): boolean {
    return this.queue.length * 2 <= this.limits.packsMax && this.bytes * 2 <= this.limits.bytesMax;
  }

  /** Queues what concerns this channel, and holds it. A pack without messages is queued as well: it says that time has passed. */
  push(pack: Pack): void {
    const messages = pack.messages.filter((message) => this.concerns(message));
    for (const { lease } of messages) lease?.retain();
    const endPosition = { ...pack.endPosition, msgGroup: this.request.subscription };
    const bytes = messages.reduce((sum, { payload }) => sum + payload.length, 0);
    this.queue.push({ pack: { ...pack, messages, startPosition: this.position, endPosition }, bytes });
    this.bytes += bytes;
    this.position = endPosition;
    this.change.ring();
  }

  /**
   * The next pack; undefined at the end. Rejects with what ended the reading, behind the packs before it.
   * @param attach finds a reader that goes on at `position`: called when nothing is queued and nobody feeds
   */
  async next(attach: (subscription: Subscription) => void): Promise<Pack | undefined> {
    for (;;) {
      const pack = this.take();
      if (pack !== undefined) return pack;
      if (this.error !== undefined) throw this.error;
      if (this.ended) return undefined;
      if (this.reader === undefined) attach(this);
      else await this.change.wait();
    }
  }

  /** The reading has ended; with an error unless the log was closed. */
  finish(error?: unknown): void {
    this.ended = true;
    this.error = error;
    this.change.ring();
  }

  /** The consumer has gone. */
  leave(): void {
    this.queue.length = 0;
    this.bytes = 0;
    this.reader?.remove(this);
    this.finish();
  }

  private take(): Pack | undefined {
    const { isHungry } = this;
    const first = this.queue.shift();
    if (first === undefined) return undefined;
    this.bytes -= first.bytes;
    if (!isHungry && this.isHungry) this.reader?.roomMade();
    return first.pack;
  }

  /** Deletes and DDL name no virtual channel. Source: spec datanode-and-formats §4.2. */
  private concerns(message: DmlMessage): boolean {
    if (message.kind === 'insert') return message.shardName === this.request.vchannel;
    return message.request.collectionID === this.request.collectionID;
  }
}
