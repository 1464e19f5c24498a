import { open } from 'node:fs/promises';
import { type Clock, Unavailable } from '@millrace/core';
import { checkMessageSizes } from '../message-size.ts';
import {
  defaultBatchBytesMax,
  defaultMessageBytesMax,
  type Message,
  type MessageID,
  type MessageStream,
  type PublishOptions,
  type ReadOptions,
  type StartFrom,
} from '../message-stream.ts';
import { compareOffsets, offsetID, offsetOf } from '../offset-id.ts';
import { readChannel } from './file/channel-reader.ts';
import { ChannelWriter } from './file/channel-writer.ts';
import { FrameReader, readBlocks } from './file/frame-reader.ts';
import { offsetOfPlace, placeOfOffset, SegmentFiles } from './file/segment-files.ts';

/** Where a FileStream keeps its channels. Messages are at most `messageBytesMax` bytes, by default 10 MiB. */
export interface FileStreamSettings {
  /** Created when missing; shared by any number of processes of one machine. */
  readonly directory: string;
  readonly messageBytesMax?: number;
  /** Size at which a channel goes on in a new file. Default: 64 MiB. */
  readonly segmentBytesMax?: number;
}

/** Channels as directories of append-only files: durable, embedded, shared by the processes of one machine. */
export class FileStream implements MessageStream {
  readonly messageBytesMax: number;
  private readonly directory: string;
  private readonly segmentBytesMax: number;
  private readonly clock: Clock;
  private readonly blocks = readBlocks();
  private readonly writers = new Map<string, ChannelWriter>();
  private readonly closing = new AbortController();

  constructor(components: { readonly clock: Clock }, settings: FileStreamSettings) {
    this.clock = components.clock;
    this.directory = settings.directory;
    this.messageBytesMax = settings.messageBytesMax ?? defaultMessageBytesMax;
    this.segmentBytesMax = settings.segmentBytesMax ?? 64 * 1024 * 1024;
  }

  async publish(
    channel: string,
    payloads: readonly Uint8Array[],
    { durable = true }: PublishOptions = {},
  ): Promise<readonly MessageID[]> {
    if (this.closing.signal.aborted) throw new Unavailable('the stream is closed: open a new one');
    checkMessageSizes(channel, payloads, this.messageBytesMax);
    let writer = this.writers.get(channel);
    if (writer === undefined) {
      writer = new ChannelWriter(this.files(channel), {
        messageBytesMax: this.messageBytesMax,
        segmentBytesMax: this.segmentBytesMax,
      });
      this.writers.set(channel, writer);
    }
    return writer.publish(payloads, durable);
  }

  read(
    channel: string,
    from: StartFrom,
    signal: AbortSignal,
    { batchBytesMax = defaultBatchBytesMax }: ReadOptions = {},
  ): AsyncIterable<readonly Message[]> {
    const stop = AbortSignal.any([signal, this.closing.signal]);
    const settings = { messageBytesMax: this.messageBytesMax, batchBytesMax };
    return readChannel(this.files(channel), from, this.blocks, settings, this.clock, stop);
  }

  async latest(channel: string): Promise<MessageID | undefined> {
    const files = this.files(channel);
    for (const segment of (await files.list()).reverse()) {
      const file = await open(files.path(segment), 'r');
      const reader = new FrameReader(file, 0, this.messageBytesMax, this.blocks);
      try {
        let last: number | undefined;
        for (let frames = await reader.next(defaultBatchBytesMax, true); frames.length > 0; ) {
          last = frames.findLast(({ kind }) => kind === 'message')?.offset ?? last;
          frames = frames.at(-1)?.kind === 'seal' ? [] : await reader.next(defaultBatchBytesMax, true);
        }
        if (last !== undefined) return offsetID(offsetOfPlace({ segment, offset: last }));
      } finally {
        reader.close();
        await file.close();
      }
    }
    return undefined;
  }

  compare(a: MessageID, b: MessageID): number {
    return compareOffsets(a, b);
  }

  /** Removes whole segment files that lie before the message; `latest`: all but the one that is written. */
  async trim(channel: string, before: MessageID | 'latest'): Promise<void> {
    const files = this.files(channel);
    const segments = await files.list();
    const first = before === 'latest' ? (segments.at(-1) ?? 0) : placeOfOffset(offsetOf(before)).segment;
    for (const segment of segments) if (segment < first) await files.remove(segment);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all([...this.writers.values()].map((writer) => writer.close()));
  }

  private files(channel: string): SegmentFiles {
    return new SegmentFiles(this.directory, channel);
  }
}
