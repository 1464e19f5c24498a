import type { Position } from '@millrace/core';
import type { UnknownMessage } from '../dml/message.ts';
import type { MessageStream } from '../message-stream.ts';
import { Bell } from './bell.ts';
import type { Pack } from './pack.ts';
import type { Subscription } from './subscription.ts';
import { TickMerge } from './tick-merge.ts';

export interface SharedReaderSettings {
  readonly stream: MessageStream;
  readonly pchannel: string;
  /** Undefined: from the earliest message. */
  readonly from: Position | undefined;
  readonly onUnknown?: (pchannel: string, message: UnknownMessage) => void;
  /** Called behind each pack, before anything else happens. */
  readonly onPack: (reader: SharedReader) => void;
  /** Called once, when nobody must join it any more. */
  readonly onEnd: (reader: SharedReader) => void;
}

/** One reading of a physical channel and those it feeds. It lives as long as it has somebody to feed. */
export class SharedReader {
  readonly pchannel: string;
  /** What it delivers next follows from this place alone: the end of its last pack, before the first one its start. */
  at: Position | undefined;
  private readonly settings: SharedReaderSettings;
  private readonly subscriptions = new Set<Subscription>();
  private readonly stopping = new AbortController();
  private readonly room = new Bell();

  constructor(settings: SharedReaderSettings) {
    this.settings = settings;
    this.pchannel = settings.pchannel;
    this.at = settings.from;
  }

  get size(): number {
    return this.subscriptions.size;
  }

  /** Feeds it from here on: the subscription's position must be this reader's place. */
  add(subscription: Subscription): void {
    this.subscriptions.add(subscription);
    subscription.reader = this;
    this.room.ring();
  }

  /** The last one to go stops the reader. */
  remove(subscription: Subscription): void {
    this.subscriptions.delete(subscription);
    subscription.reader = undefined;
    if (this.subscriptions.size === 0) this.stop();
    this.room.ring();
  }

  moveAllTo(other: SharedReader): void {
    for (const subscription of [...this.subscriptions]) {
      this.remove(subscription);
      other.add(subscription);
    }
  }

  /** One of those it feeds has become hungry. */
  roomMade(): void {
    this.room.ring();
  }

  /** Reads until nobody is left, or the log ends or fails: then the subscriptions end likewise. Never rejects. */
  async run(): Promise<void> {
    try {
      await this.read();
      this.finish();
    } catch (error) {
      this.finish(error);
    }
  }

  private async read(): Promise<void> {
    const { stream, pchannel, from, onUnknown } = this.settings;
    const { signal } = this.stopping;
    const merge = new TickMerge({
      pchannel,
      // Each subscription writes its own into the positions.
      subscription: '',
      from,
      onUnknown: (message) => onUnknown?.(pchannel, message),
    });
    const start = from === undefined ? 'earliest' : { at: from.msgID };
    for await (const batch of stream.read(pchannel, start, signal)) {
      for (const message of batch) {
        for (const pack of merge.push(message)) {
          while (this.isHeldUp()) await this.room.wait();
          if (signal.aborted) return;
          this.hand(pack);
          if (signal.aborted) return;
        }
      }
    }
  }

  /**
   * It waits for a full one as long as the others have enough to do: otherwise a backlog, which is read faster than anybody can work it
   * off, would part all that differ by a single pack.
   */
  private isHeldUp(): boolean {
    if (this.stopping.signal.aborted) return false;
    let someFull = false;
    for (const { isFull, isHungry } of this.subscriptions) {
      if (isHungry) return false;
      someFull ||= isFull;
    }
    return someFull;
  }

  /** In one step with the change of place: who joins sees either all of it or nothing. */
  private hand(pack: Pack): void {
    for (const subscription of [...this.subscriptions]) {
      // It goes on where it is once it has drained, with a reader of its own until that one has caught up.
      if (subscription.isFull) this.remove(subscription);
      else subscription.push(pack);
    }
    for (const { lease } of pack.messages) lease?.release();
    this.at = pack.endPosition;
    this.settings.onPack(this);
  }

  private finish(error?: unknown): void {
    const left = [...this.subscriptions];
    this.subscriptions.clear();
    this.stop();
    for (const subscription of left) {
      subscription.reader = undefined;
      subscription.finish(error);
    }
  }

  private stop(): void {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    this.settings.onEnd(this);
  }
}
