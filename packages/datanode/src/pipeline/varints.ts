import { Corrupt } from '@millrace/core';
import type { ByteSpan } from './wire-cursor.ts';

/** How many varints lie in the spans. Every varint ends in a byte below 0x80. @throws Corrupt when the last one is cut */
export function countVarints(bytes: Uint8Array, spans: readonly ByteSpan[]): number {
  let count = 0;
  for (const { start, end } of spans) {
    if (end > start && (bytes[end - 1] ?? 0) >= 0x80)
      throw new Corrupt('packed integers end within a number');
    for (let at = start; at < end; at++) if ((bytes[at] ?? 0) < 0x80) count++;
  }
  return count;
}

/**
 * Writes every varint of the spans as `width` little-endian bytes (1, 2, 4 or 8), the rest cut off: what int8, int16, int32, int64 and bool
 * columns hold. The caller has counted them: `to` has room for exactly these.
 */
export function writeVarints(
  bytes: Uint8Array,
  spans: readonly ByteSpan[],
  width: number,
  to: Uint8Array,
): void {
  let out = 0;
  for (const { start, end } of spans) {
    let at = start;
    while (at < end) {
      // 28 bits in `low`, 28 in `middle`, the rest in `high`: no BigInt and no overflow.
      let low = 0;
      let middle = 0;
      let high = 0;
      let shift = 0;
      for (;;) {
        const byte = bytes[at++] ?? 0;
        const part = byte & 0x7f;
        if (shift < 28) low |= part << shift;
        else if (shift < 56) middle |= part << (shift - 28);
        else if (shift < 70) high |= part << (shift - 56);
        else throw new Corrupt('a packed integer has more than 10 bytes');
        if (byte < 0x80) break;
        shift += 7;
      }
      const word = low | (middle << 28);
      to[out] = word;
      if (width > 1) to[out + 1] = word >>> 8;
      if (width > 2) {
        to[out + 2] = word >>> 16;
        to[out + 3] = word >>> 24;
      }
      if (width > 4) {
        const upper = (middle >>> 4) | (high << 24);
        to[out + 4] = upper;
        to[out + 5] = upper >>> 8;
        to[out + 6] = upper >>> 16;
        to[out + 7] = upper >>> 24;
      }
      out += width;
    }
  }
}

/** Least and greatest of 64-bit unsigned little-endian numbers; undefined for none. */
export function rangeOfUint64(
  values: Uint8Array,
): { readonly min: bigint; readonly max: bigint } | undefined {
  if (values.length === 0) return undefined;
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  let minAt = 0;
  let maxAt = 0;
  for (let at = 8; at < values.length; at += 8) {
    if (isBelow(view, at, minAt)) minAt = at;
    if (isBelow(view, maxAt, at)) maxAt = at;
  }
  return { min: view.getBigUint64(minAt, true), max: view.getBigUint64(maxAt, true) };
}

function isBelow(view: DataView, a: number, b: number): boolean {
  const high = view.getUint32(a + 4, true) - view.getUint32(b + 4, true);
  return high !== 0 ? high < 0 : view.getUint32(a, true) < view.getUint32(b, true);
}
