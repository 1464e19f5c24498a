import { Corrupt, Unavailable } from '@millrace/core';
import { checkMessageSizes } from '../message-size.ts';
import {
  defaultBatchBytesMax,
  defaultMessageBytesMax,
  type Message,
  type MessageID,
  type MessageStream,
  type ReadOptions,
  type StartFrom,
} from '../message-stream.ts';
import { compareOffsets, offsetID, offsetOf } from '../offset-id.ts';

interface Channel {
  /** Offset of `messages[0]`. */
  first: number;
  readonly messages: Message[];
  readonly waiting: Set<() => void>;
}

/** Messages are at most `messageBytesMax` bytes, by default 10 MiB as in Kafka. */
export interface MemoryStreamSettings {
  readonly messageBytesMax?: number;
}

/** All channels in this process' memory: for tests and the simulator. It owns no timer: the same calls give the same order. */
export class MemoryStream implements MessageStream {
  readonly messageBytesMax: number;
  private readonly channels = new Map<string, Channel>();
  private readonly closing = new AbortController();

  constructor({ messageBytesMax = defaultMessageBytesMax }: MemoryStreamSettings = {}) {
    this.messageBytesMax = messageBytesMax;
  }

  async publish(name: string, payloads: readonly Uint8Array[]): Promise<readonly MessageID[]> {
    if (this.closing.signal.aborted) throw new Unavailable('the stream is closed: open a new one');
    checkMessageSizes(name, payloads, this.messageBytesMax);
    const channel = this.channel(name);
    const added = payloads.map((payload, index) => ({
      id: offsetID(BigInt(channel.first + channel.messages.length + index)),
      payload: payload.slice(),
    }));
    channel.messages.push(...added);
    const woken = [...channel.waiting];
    channel.waiting.clear();
    for (const wake of woken) wake();
    return added.map(({ id }) => id);
  }

  async *read(
    name: string,
    from: StartFrom,
    signal: AbortSignal,
    { batchBytesMax = defaultBatchBytesMax }: ReadOptions = {},
  ): AsyncGenerator<readonly Message[]> {
    const stopped = AbortSignal.any([signal, this.closing.signal]);
    const channel = this.channel(name);
    let offset = startOffset(name, channel, from);
    while (!stopped.aborted) {
      if (offset < channel.first) throw trimmed(name, offset, channel.first);
      const batch = batchFrom(channel, offset - channel.first, batchBytesMax);
      offset += batch.length;
      if (batch.length > 0) yield batch;
      else await nextMessage(channel, stopped);
    }
  }

  async latest(name: string): Promise<MessageID | undefined> {
    return this.channel(name).messages.at(-1)?.id;
  }

  compare(a: MessageID, b: MessageID): number {
    return compareOffsets(a, b);
  }

  async trim(name: string, before: MessageID | 'latest'): Promise<void> {
    const channel = this.channel(name);
    const { first, messages } = channel;
    const wanted = before === 'latest' ? messages.length - followedMax : Number(offsetOf(before)) - first;
    const count = Math.min(Math.max(0, wanted), messages.length);
    channel.messages.splice(0, count);
    channel.first += count;
  }

  async close(): Promise<void> {
    this.closing.abort();
  }

  private channel(name: string): Channel {
    let channel = this.channels.get(name);
    if (channel === undefined) {
      channel = { first: 0, messages: [], waiting: new Set() };
      this.channels.set(name, channel);
    }
    return channel;
  }
}

/** Messages that a reader who follows a channel may be behind. */
const followedMax = 1_000;

function startOffset(name: string, channel: Channel, from: StartFrom): number {
  const end = channel.first + channel.messages.length;
  if (from === 'earliest') return channel.first;
  if (from === 'latest') return end;
  const offset = 'at' in from ? Number(offsetOf(from.at)) : Number(offsetOf(from.after)) + 1;
  if (offset < channel.first) throw trimmed(name, offset, channel.first);
  if (offset > end)
    throw new Corrupt(`${name} ends before offset ${offset}: the position is from another log`);
  return offset;
}

function batchFrom(channel: Channel, index: number, bytesMax: number): Message[] {
  const batch: Message[] = [];
  let bytes = 0;
  for (let at = index; at < channel.messages.length; at++) {
    const message = channel.messages[at];
    if (message === undefined) break;
    bytes += message.payload.length;
    if (batch.length > 0 && bytes > bytesMax) break;
    batch.push(message);
  }
  return batch;
}

function nextMessage(channel: Channel, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      channel.waiting.delete(wake);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    channel.waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
  });
}

function trimmed(name: string, offset: number, first: number): Corrupt {
  return new Corrupt(
    `${name} no longer holds offset ${offset}, its first is ${first}: retention removed messages that were still needed; ` +
      'keep the log longer, or restore from objects and start from the earliest position',
  );
}
