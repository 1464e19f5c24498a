import { type FileHandle, open } from 'node:fs/promises';
import { type Clock, Corrupt } from '@millrace/core';
import type { Message, StartFrom } from '../../message-stream.ts';
import { offsetID, offsetOf } from '../../offset-id.ts';
import type { BlockPool } from './block-pool.ts';
import { DirectoryBell } from './directory-bell.ts';
import { FrameReader, type PlacedFrame } from './frame-reader.ts';
import { offsetOfPlace, type Place, placeOfOffset, type SegmentFiles } from './segment-files.ts';

export interface ReaderSettings {
  readonly messageBytesMax: number;
  readonly batchBytesMax: number;
}

/** A record that did not grow for this long at the end of a file was left by a process that died. */
const tornMs = 50;

/** Batches of messages from a place on, following the file as it grows. */
export async function* readChannel(
  files: SegmentFiles,
  from: StartFrom,
  pool: BlockPool,
  settings: ReaderSettings,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<readonly Message[], undefined> {
  await files.create();
  const start = await startPlace(files, from);
  const skip = typeof from === 'object' && 'after' in from ? offsetOf(from.after) : undefined;
  const bell = new DirectoryBell(files.directory, clock, signal);
  try {
    for (let segment = start.segment, offset = start.offset; !signal.aborted; segment++, offset = 0) {
      const file = await openWhenThere(files, segment, bell, signal);
      if (file === undefined) return undefined;
      try {
        for await (const frames of readSegment(file, offset, pool, settings, bell, clock, signal)) {
          const messages = toMessages(segment, frames, skip);
          if (messages.length > 0) yield messages;
        }
      } finally {
        await file.close();
      }
    }
  } finally {
    await bell.close();
  }
  return undefined;
}

/** Ends at the seal, or when the signal aborts. */
async function* readSegment(
  file: FileHandle,
  offset: number,
  pool: BlockPool,
  settings: ReaderSettings,
  bell: DirectoryBell,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<readonly PlacedFrame[], undefined> {
  const reader = new FrameReader(file, offset, settings.messageBytesMax, pool);
  let stuckSince: number | undefined;
  try {
    while (!signal.aborted) {
      const stuck = stuckSince !== undefined && clock.monotonic() - stuckSince >= tornMs;
      const heard = bell.rung;
      const frames = await reader.next(settings.batchBytesMax, stuck);
      if (frames.length > 0) {
        stuckSince = undefined;
        bell.found();
        yield frames;
        if (frames.at(-1)?.kind === 'seal') return undefined;
        continue;
      }
      if (reader.hasRest) stuckSince ??= clock.monotonic();
      else stuckSince = undefined;
      if (reader.hasRest) bell.ringWithin(tornMs);
      await bell.wait(heard);
    }
  } finally {
    reader.close();
  }
  return undefined;
}

function toMessages(segment: number, frames: readonly PlacedFrame[], skip: bigint | undefined): Message[] {
  const messages: Message[] = [];
  for (const { kind, offset, payload, block } of frames) {
    if (kind === 'seal') continue;
    const id = offsetOfPlace({ segment, offset });
    if (id === skip) continue;
    block.retain();
    messages.push({ id: offsetID(id), payload, lease: block });
  }
  return messages;
}

async function startPlace(files: SegmentFiles, from: StartFrom): Promise<Place> {
  const segments = await files.list();
  const first = segments[0] ?? 0;
  if (from === 'earliest') return { segment: first, offset: 0 };
  if (from === 'latest') {
    const segment = segments.at(-1) ?? 0;
    return { segment, offset: await sizeOf(files, segment) };
  }
  const place = placeOfOffset(offsetOf('at' in from ? from.at : from.after));
  if (place.segment < first) throw removed(files, place.segment, first);
  if (place.segment > (segments.at(-1) ?? 0) || place.offset > (await sizeOf(files, place.segment))) {
    throw new Corrupt(
      `${files.directory} ends before segment ${place.segment}, offset ${place.offset}: the position is from another log`,
    );
  }
  return place;
}

function removed(files: SegmentFiles, segment: number, first: number): Corrupt {
  return new Corrupt(
    `${files.directory} no longer holds segment ${segment}, its first is ${first}: retention removed messages that were still needed; keep the log longer, or restore from objects and start from the earliest position`,
  );
}

async function sizeOf(files: SegmentFiles, segment: number): Promise<number> {
  const file = await openIfThere(files.path(segment));
  if (file === undefined) return 0;
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** Undefined when the signal aborts first. Corrupt when retention has removed the file: a reader was too far behind. */
async function openWhenThere(
  files: SegmentFiles,
  segment: number,
  bell: DirectoryBell,
  signal: AbortSignal,
): Promise<FileHandle | undefined> {
  while (!signal.aborted) {
    const heard = bell.rung;
    const file = await openIfThere(files.path(segment));
    if (file !== undefined) return file;
    const segments = await files.list();
    const first = segments[0] ?? 0;
    if (first > segment) throw removed(files, segment, first);
    await bell.wait(heard);
  }
  return undefined;
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
