import { randomBytes } from 'node:crypto';
import { constants, fstatSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Exhausted, Unavailable } from '@millrace/core';
import type { MessageID } from '../../message-stream.ts';
import { offsetID } from '../../offset-id.ts';
import { type FrameOrigin, frameHeader, frameHeaderBytes } from './frame.ts';
import { FrameReader } from './frame-reader.ts';
import { offsetOfPlace, type SegmentFiles } from './segment-files.ts';

export interface WriterSettings {
  readonly messageBytesMax: number;
  /** A segment that grows past it is sealed. */
  readonly segmentBytesMax: number;
}

interface Waiting {
  readonly payloads: readonly Uint8Array[];
  readonly durable: boolean;
  readonly resolve: (ids: readonly MessageID[]) => void;
  readonly reject: (error: unknown) => void;
}

interface OpenSegment {
  readonly number: number;
  readonly file: FileHandle;
  /** Every frame before it is known; none of them is a seal. */
  end: number;
}

const groupBytesMax = 8 * 1024 * 1024;
/** As much is copied into the file system's memory at once; handing it to another thread costs more. */
const smallBytesMax = 16 * 1024;

/**
 * Appends to one channel, beside any number of writers in other processes. All publications that wait are one write and one fdatasync. The
 * file decides the order: where somebody else wrote as well, the place of a record is read back, and what lies behind a seal does not count and
 * is written again in the next segment.
 */
export class ChannelWriter {
  private readonly files: SegmentFiles;
  private readonly settings: WriterSettings;
  private readonly writer = randomBytes(8).readBigUInt64LE();
  private sequence = 0;
  private queue: Waiting[] = [];
  private draining: Promise<void> | undefined;
  private segment: OpenSegment | undefined;

  constructor(files: SegmentFiles, settings: WriterSettings) {
    this.files = files;
    this.settings = settings;
  }

  publish(payloads: readonly Uint8Array[], durable: boolean): Promise<readonly MessageID[]> {
    return new Promise((resolve, reject) => {
      this.queue.push({ payloads, durable, resolve, reject });
      this.draining ??= this.drain();
    });
  }

  async close(): Promise<void> {
    await this.draining;
    await this.segment?.file.close();
    this.segment = undefined;
  }

  private async drain(): Promise<void> {
    await Promise.resolve();
    while (this.queue.length > 0) {
      const group = this.nextGroup();
      try {
        const ids = await this.append(
          group.flatMap(({ payloads }) => payloads),
          group.some(({ durable }) => durable),
        );
        let at = 0;
        for (const { payloads, resolve } of group) {
          resolve(ids.slice(at, at + payloads.length));
          at += payloads.length;
        }
      } catch (error) {
        await this.segment?.file.close().catch(() => undefined);
        this.segment = undefined;
        for (const { reject } of group) reject(translate(error, this.files.directory));
      }
    }
    this.draining = undefined;
  }

  private nextGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { payloads } of this.queue) {
      for (const { length } of payloads) bytes += length + frameHeaderBytes;
      if (count > 0 && bytes > groupBytesMax) break;
      count++;
    }
    return this.queue.splice(0, count);
  }

  private async append(payloads: readonly Uint8Array[], durable: boolean): Promise<MessageID[]> {
    if (payloads.length === 0) return [];
    for (;;) {
      const segment = await this.openLatest();
      const first = this.sequence;
      const parts = payloads.flatMap((payload) => [
        frameHeader('message', this.nextOrigin(), payload),
        payload,
      ]);
      const bytes = Buffer.concat(parts);
      await this.write(segment, bytes);
      const isAlone = fstatSync(segment.file.fd).size === segment.end + bytes.length;
      if (durable) await segment.file.datasync();
      // Nobody else wrote behind the known end: what we wrote is all there is.
      const offset = isAlone
        ? segment.end
        : await this.find(segment, { writer: this.writer, sequence: first });
      if (offset === undefined) {
        await this.leave(segment);
        continue;
      }
      const ids = idsFrom(segment.number, offset, payloads);
      segment.end = offset + bytes.length;
      if (segment.end >= this.settings.segmentBytesMax) await this.seal(segment);
      return ids;
    }
  }

  private nextOrigin(): FrameOrigin {
    const origin = { writer: this.writer, sequence: this.sequence };
    this.sequence = (this.sequence + 1) >>> 0;
    return origin;
  }

  private async write(segment: OpenSegment, bytes: Buffer): Promise<void> {
    const written =
      bytes.length <= smallBytesMax
        ? writeSync(segment.file.fd, bytes)
        : (await segment.file.write(bytes)).bytesWritten;
    if (written < bytes.length) {
      throw new Exhausted(
        `the disk of ${this.files.directory} is full: make room, writing goes on by itself`,
      );
    }
  }

  /** Where a frame of ours landed; undefined when the segment was sealed before it. */
  private async find(segment: OpenSegment, origin: FrameOrigin): Promise<number | undefined> {
    const reader = new FrameReader(segment.file, segment.end, this.settings.messageBytesMax);
    for (let giveUp = false; ; giveUp = true) {
      for (;;) {
        const frames = await reader.next(groupBytesMax, giveUp);
        if (frames.length === 0) break;
        for (const frame of frames) {
          if (frame.kind === 'seal') return undefined;
          if (frame.writer === origin.writer && frame.sequence === origin.sequence) return frame.offset;
        }
      }
      // Ours is in the file. What hides it is a torn record, which nobody completes any more because ours lies behind it.
      if (giveUp)
        throw new Unavailable(
          `a record written to ${this.files.path(segment.number)} is not in it: is the disk failing?`,
        );
    }
  }

  private async seal(segment: OpenSegment): Promise<void> {
    await this.write(segment, frameHeader('seal', this.nextOrigin(), Buffer.alloc(0)));
    await segment.file.datasync();
    await this.leave(segment);
  }

  private async leave(segment: OpenSegment): Promise<void> {
    await segment.file.close();
    this.segment = await this.openSegment(segment.number + 1);
  }

  private async openLatest(): Promise<OpenSegment> {
    if (this.segment === undefined) {
      await this.files.create();
      this.segment = await this.openSegment((await this.files.list()).at(-1) ?? 0);
    }
    return this.segment;
  }

  private async openSegment(number: number): Promise<OpenSegment> {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND;
    return { number, file: await open(this.files.path(number), flags), end: 0 };
  }
}

function idsFrom(segment: number, first: number, payloads: readonly Uint8Array[]): MessageID[] {
  let offset = first;
  return payloads.map((payload) => {
    const id = offsetID(offsetOfPlace({ segment, offset }));
    offset += frameHeaderBytes + payload.length;
    return id;
  });
}

function translate(error: unknown, directory: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Exhausted(`the disk of ${directory} is full: make room, writing goes on by itself`, {
      cause: error,
    });
  }
  if (typeof code === 'string')
    return new Unavailable(`${directory} cannot be written: ${code}`, { cause: error });
  return error;
}
