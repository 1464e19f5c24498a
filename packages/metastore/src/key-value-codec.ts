import { Corrupt } from '@millrace/core';
import { etcd } from '@millrace/proto';
import type { KeyValue } from './meta-store.ts';

/** As an `etcd.KeyValue`. */
export function encodeKeyValue(kv: KeyValue): Buffer {
  const message = { ...kv, key: Buffer.from(kv.key), value: Buffer.from(kv.value) };
  return Buffer.from(etcd.KeyValue.encode(message).finish());
}

/** Makes a value of a part of what was read. */
export type TakeValue = (bytes: Buffer, start: number, length: number) => Uint8Array;

/** Reads one message by hand: a coordinator reads a million of them when it starts. `take` says whether values are copies. */
export function decodeKeyValue(bytes: Buffer, start: number, end: number, take: TakeValue): KeyValue {
  let at = start;
  let key = '';
  let value: Uint8Array = noBytes;
  let [createRevision, modRevision, version, lease] = [0n, 0n, 0n, 0n];
  while (at < end) {
    const tag = bytes[at++] ?? 0;
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else high += (byte & 0x7f) * 2 ** (shift - 28);
      if (byte < 0x80) break;
    }
    if (tag === 0x0a || tag === 0x2a) {
      if (at + low > end) throw new Corrupt('a value of the metastore is cut');
      if (tag === 0x0a) key = bytes.toString('utf8', at, at + low);
      else value = take(bytes, at, low);
      at += low;
      continue;
    }
    const number = integers.of(low, high);
    if (tag === 0x10) createRevision = number;
    else if (tag === 0x18) modRevision = number;
    else if (tag === 0x20) version = number;
    else if (tag === 0x30) lease = number;
    else
      throw new Corrupt(
        `a value of the metastore has a field of tag ${tag}: was it written by a later version?`,
      );
  }
  return new ReadKeyValue(key, value, createRevision, modRevision, version, lease);
}

/**
 * Not a literal: V8 puts those of a place whose first ones lived for a while among the old from then on, and there they keep what they name.
 * A coordinator that starts would hold twice its segments.
 */
class ReadKeyValue implements KeyValue {
  readonly key: string;
  readonly value: Uint8Array;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  readonly version: bigint;
  readonly lease: bigint;

  constructor(
    key: string,
    value: Uint8Array,
    createRevision: bigint,
    modRevision: bigint,
    version: bigint,
    lease: bigint,
  ) {
    this.key = key;
    this.value = value;
    this.createRevision = createRevision;
    this.modRevision = modRevision;
    this.version = version;
    this.lease = lease;
  }
}

const noBytes = new Uint8Array();

/** Neighbours mostly have the same revisions and versions: they share them. */
class RecentIntegers {
  private low = 0;
  private high = 0;
  private recent = 0n;

  /** @param low 28 bits. @param high What is above them. */
  of(low: number, high: number): bigint {
    if (low === 1 && high === 0) return 1n;
    if (low === this.low && high === this.high) return this.recent;
    this.low = low;
    this.high = high;
    this.recent = high < 2 ** 25 ? BigInt(high * 2 ** 28 + low) : (BigInt(high) << 28n) | BigInt(low);
    return this.recent;
  }
}
const integers = new RecentIntegers();

/** Part of the bytes themselves, which stay as they are. */
export const viewOf: TakeValue = (bytes, start, length) =>
  length === 0 ? noBytes : new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);

/** Values lie in pieces of this size, several together: one of its own for each costs more than all else. */
const pieceBytes = 16 * 1024;
let piece = Buffer.alloc(0);
let used = 0;

/** Of bytes that are used again for what is read next. */
export const copyOf: TakeValue = (bytes, start, length) => {
  if (length === 0) return noBytes;
  if (length > pieceBytes / 4) return Uint8Array.from(bytes.subarray(start, start + length));
  if (used + length > piece.length) {
    piece = Buffer.allocUnsafeSlow(pieceBytes);
    used = 0;
  }
  bytes.copy(piece, used, start, start + length);
  const copy = viewOf(piece, used, length);
  used += length;
  return copy;
};
