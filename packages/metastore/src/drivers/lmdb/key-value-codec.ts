import { Corrupt } from '@millrace/core';
import { etcd } from '@millrace/proto';
import type { KeyValue } from '../../meta-store.ts';

/** The stored form: an `etcd.KeyValue`. */
export function encodeKeyValue(kv: KeyValue): Buffer {
  const message = { ...kv, key: Buffer.from(kv.key), value: Buffer.from(kv.value) };
  return Buffer.from(etcd.KeyValue.encode(message).finish());
}

/**
 * Reads what `encodeKeyValue` wrote, by hand: a coordinator reads a million of them when it starts. `bytes` may be overwritten afterwards:
 * nothing of it is kept.
 */
export function decodeKeyValue(bytes: Buffer): KeyValue {
  const end = bytes.length;
  let at = 0;
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
      if (at + low > end) throw new Corrupt('a value of the metastore is cut: restore it from a copy');
      if (tag === 0x0a) key = bytes.toString('utf8', at, at + low);
      else value = copyOf(bytes, at, low);
      at += low;
      continue;
    }
    const number = high < 2 ** 25 ? BigInt(high * 2 ** 28 + low) : (BigInt(high) << 28n) | BigInt(low);
    if (tag === 0x10) createRevision = number;
    else if (tag === 0x18) modRevision = number;
    else if (tag === 0x20) version = number;
    else if (tag === 0x30) lease = number;
    else throw new Corrupt(`a value of the metastore has a field of tag ${tag}: restore it from a copy`);
  }
  return { key, value, createRevision, modRevision, version, lease };
}

const noBytes = new Uint8Array();

function copyOf(bytes: Uint8Array, start: number, length: number): Uint8Array {
  if (length === 0) return noBytes;
  const copy = new Uint8Array(length);
  // A view to copy from costs more than a few hundred bytes one by one.
  if (length > 1024) copy.set(bytes.subarray(start, start + length));
  else for (let at = 0; at < length; at++) copy[at] = bytes[start + at] ?? 0;
  return copy;
}
