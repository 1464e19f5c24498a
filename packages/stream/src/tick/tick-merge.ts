import { Exhausted, type Position, type Timestamp, type UniqueID } from '@millrace/core';
import { decodeMessage } from '../dml/decode-message.ts';
import type { DmlMessage, UnknownMessage } from '../dml/message.ts';
import type { Message, MessageID } from '../message-stream.ts';
import type { Pack } from './pack.ts';

/** Which channel a TickMerge puts together, and from where on. Without `from` nothing is skipped. */
export interface TickMergeSettings {
  readonly pchannel: string;
  /** Written into positions for the original's sake. */
  readonly subscription: string;
  /** Where the reading starts: the messages pushed begin at this position's msgID, inclusively. */
  readonly from?: Position | undefined;
  /** Bytes of messages that may wait for a tick. Default: 512 MiB. */
  readonly waitingBytesMax?: number;
  /** Told of messages that are skipped. */
  readonly onUnknown?: (message: UnknownMessage) => void;
}

interface Waiting {
  readonly id: MessageID;
  readonly message: DmlMessage;
}

const defaultWaitingBytesMax = 512 * 1024 * 1024;

/**
 * Turns the messages of one physical channel into packs, one per time tick. A state machine without I/O. Source: spec
 * datanode-and-formats §5.7. Two merges of the same channel that have passed the same tick go on identically.
 */
export class TickMerge {
  /** The last tick; before the first one the timestamp of the start position, or 0. */
  tick: Timestamp;
  private readonly settings: TickMergeSettings;
  private readonly bytesMax: number;
  private readonly ignoredUntil: Timestamp;
  private seeking: boolean;
  private position: Position | undefined;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;

  constructor(settings: TickMergeSettings) {
    this.settings = settings;
    this.bytesMax = settings.waitingBytesMax ?? defaultWaitingBytesMax;
    this.position = settings.from;
    this.ignoredUntil = settings.from?.timestamp ?? 0n;
    this.tick = this.ignoredUntil;
    // A position without a timestamp is the message that created a collection: nothing before it has been delivered.
    this.seeking = this.ignoredUntil > 0n;
  }

  /**
   * Takes the channel's next message, and its lease, and returns the pack that it completes, if it is a tick that does: the leases of its
   * messages go with it. Exhausted: see settings.
   */
  push({ id, payload, lease }: Message): readonly Pack[] {
    const message = decodeMessage(payload, lease);
    switch (message.kind) {
      case 'timetick':
        lease?.release();
        return this.pass(message.endTs, id);
      case 'unknown':
      case 'datanode-tt':
        this.settings.onUnknown?.(
          message.kind === 'unknown'
            ? message
            : {
                ...message,
                kind: 'unknown',
                msgType: message.request.base?.msgType ?? 0,
                reason: 'not a DML message',
              },
        );
        lease?.release();
        return [];
      default:
        this.keep(id, message);
        return [];
    }
  }

  private keep(id: MessageID, message: DmlMessage): void {
    if (this.seeking && message.beginTs <= this.ignoredUntil) {
      message.lease?.release();
      return;
    }
    this.waiting.push({ id, message });
    this.waitingBytes += message.payload.length;
    if (this.waitingBytes > this.bytesMax)
      throw new Exhausted(
        `${this.settings.pchannel}: ${this.waitingBytes} bytes wait for a time tick after ${this.tick}: check that RootCoord sends ticks`,
      );
  }

  private pass(tick: Timestamp, id: MessageID): readonly Pack[] {
    if (this.seeking) {
      if (tick < this.ignoredUntil) return [];
      this.seeking = false;
      this.tick = tick;
      return [];
    }
    if (tick <= this.tick) return [];
    const messages: DmlMessage[] = [];
    const keptBack: Waiting[] = [];
    const seen = new Set<UniqueID>();
    this.waitingBytes = 0;
    for (const entry of this.waiting) {
      if (entry.message.endTs > tick) {
        keptBack.push(entry);
        this.waitingBytes += entry.message.payload.length;
      } else if (isRepetition(entry.message, seen)) entry.message.lease?.release();
      else messages.push(entry.message);
    }
    this.waiting = keptBack;
    const endPosition: Position = {
      channelName: this.settings.pchannel,
      msgID: keptBack[0]?.id ?? id,
      msgGroup: this.settings.subscription,
      timestamp: tick,
    };
    const pack = { messages, beginTs: this.tick, endTs: tick, startPosition: this.position, endPosition };
    this.tick = tick;
    this.position = endPosition;
    return [pack];
  }
}

/** A producer's retry or a broker's second delivery. DDL repeats without harm and carries no msgID of its own. */
function isRepetition(message: DmlMessage, seen: Set<UniqueID>): boolean {
  if (message.kind !== 'insert' && message.kind !== 'delete') return false;
  if (seen.has(message.msgID)) return true;
  seen.add(message.msgID);
  return false;
}
