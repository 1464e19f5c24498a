import { WireFields } from '@millrace/proto';
import type { LogKind } from '@millrace/storage';
import type { Slab } from './slab.ts';

/** Fields of `data.SegmentInfo` that hold logs: a `data.FieldBinlog` each. */
export const logFields = { insert: 11, stats: 12, delta: 13 } as const satisfies Record<LogKind, number>;

export function kindOfField(number: number): LogKind | undefined {
  switch (number) {
    case logFields.insert:
      return 'insert';
    case logFields.stats:
      return 'stats';
    case logFields.delta:
      return 'delta';
    default:
      return undefined;
  }
}

/** The field an encoded `data.FieldBinlog` belongs to. */
export function fieldIDOf(bytes: Uint8Array): bigint {
  const field = new WireFields(bytes);
  while (field.next()) if (field.number === 1) return field.int64();
  return 0n;
}

/** Logs in an encoded `data.FieldBinlog`. */
export function logCount(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let count = 0;
  for (const field = new WireFields(bytes, start, end); field.next(); ) if (field.number === 2) count++;
  return count;
}

/** The entries of all logs in an encoded `data.FieldBinlog`; undefined when there are none or one does not say. Source: spec datacoord §6.6. */
export function entriesOf(bytes: Uint8Array, start = 0, end = bytes.length): number | undefined {
  let entries = 0;
  const log = new WireFields(bytes, start, start);
  for (const field = new WireFields(bytes, start, end); field.next(); ) {
    if (field.number !== 2) continue;
    let own = 0;
    log.move(field.valueStart, field.valueEnd);
    // Entries are the first field of a log that has any; the last of several would count.
    while (log.next() && log.number === 1) own = Number(log.int64());
    if (own <= 0) return undefined;
    entries += own;
  }
  return entries > 0 ? entries : undefined;
}

/** Sizes of the files of all logs in an encoded `data.FieldBinlog`, as their writers counted them. */
export function fileBytesOf(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let sum = 0;
  const log = new WireFields(bytes, start, start);
  for (const field = new WireFields(bytes, start, end); field.next(); ) {
    if (field.number !== 2) continue;
    let own = 0;
    log.move(field.valueStart, field.valueEnd);
    while (log.next())
      if (log.number === 5) own = log.valueEnd - log.valueStart < 5 ? log.uint32() : Number(log.int64());
    sum += own;
  }
  return sum;
}

/**
 * Logs in an encoded `data.FieldBinlog` that is as Milvus 2.2 and this coordinator write it: its id, then logs of numbers in ascending order
 * that end in the log's own id, without a path. Answers are made of such ones without decoding. undefined for any other, and for malformed
 * bytes.
 */
export function plainLogs({ bytes, view }: Slab, start: number, end: number): number | undefined {
  let at = start;
  let count = 0;
  // Its number, where it has one, takes two bytes at most in any real schema.
  if (at < end && bytes[at] === 0x08) at = behindVarint(bytes, at + 1, Math.min(end, at + 5));
  if (at === malformed) return undefined;
  while (at < end) {
    if (bytes[at] !== 0x12) return undefined;
    const lengthAt = at + 1;
    at = behindVarint(bytes, lengthAt, end);
    if (at === malformed) return undefined;
    // Two bytes are more than five numbers ever take.
    const length = (bytes[lengthAt] ?? 0) < 0x80 ? (bytes[lengthAt] ?? 0) : twoBytes(bytes, lengthAt);
    const logEnd = at + length;
    if (length === 0 || logEnd > end || !isPlainLog(bytes, view, at, logEnd)) return undefined;
    at = logEnd;
    count++;
  }
  return at === end ? count : undefined;
}

function twoBytes(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) & 0x7f) | ((bytes[at + 1] ?? 0) << 7);
}

/** Tags of entries_num, timestamp_from, timestamp_to, log_size and logID, all varints. */
function isPlainTag(tag: number): boolean {
  return tag === 0x08 || tag === 0x10 || tag === 0x18 || tag === 0x28 || tag === 0x30;
}

function isPlainLog(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
  let at = start;
  let before = 0;
  while (at < end) {
    const tag = bytes[at] ?? 0;
    if (tag <= before || !isPlainTag(tag)) return false;
    before = tag;
    const valueAt = at + 1;
    // Timestamps and ids take nine bytes: eight that are followed by more, and the last one.
    const isLong =
      valueAt + 8 < end && isFollowed(view.getInt32(valueAt)) && isFollowed(view.getInt32(valueAt + 4));
    at = behindVarint(bytes, isLong ? valueAt + 8 : valueAt, Math.min(end, valueAt + 10));
    // Ten bytes are a negative number, which an id is not.
    if (at === malformed || (tag === 0x30 && at - valueAt > 9)) return false;
  }
  return before === 0x30;
}

const malformed = -1;

/** Whether all four bytes of a word are followed by more of the same number. */
export function isFollowed(word: number): boolean {
  return (word & 0x80808080) === (0x80808080 | 0);
}

function behindVarint(bytes: Uint8Array, at: number, end: number): number {
  for (const limit = Math.min(end, at + 10); at < limit; ) if ((bytes[at++] ?? 0) < 0x80) return at;
  return malformed;
}

/** Bytes a length-delimited field of a number below 16 takes. */
export function wrappedBytes(length: number): number {
  let bytes = 2 + length;
  for (let rest = length >>> 7; rest > 0; rest >>>= 7) bytes++;
  return bytes;
}

/** Writes such a field and returns where it ends. */
export function putWrapped(target: Uint8Array, at: number, number: number, content: Uint8Array): number {
  const start = putWrapper(target, at, number, content.length);
  target.set(content, start);
  return start + content.length;
}

/** Writes what stands before the content of such a field, and returns where the content begins. */
export function putWrapper(target: Uint8Array, at: number, number: number, length: number): number {
  target[at++] = (number << 3) | 2;
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) target[at++] = (rest & 0x7f) | 0x80;
  target[at++] = rest;
  return at;
}
