import { Corrupt } from '@millrace/core';

/**
 * Decodes Parquet's hybrid of runs and bit-packed groups from `bytes[start, end)`.
 * @param bitWidth 0 to 32
 * @param count values to decode; the caller has checked that so many may be allocated
 * @throws Corrupt when the bytes hold fewer values
 */
export function decodeRuns(
  bytes: Uint8Array,
  start: number,
  end: number,
  bitWidth: number,
  count: number,
): Uint32Array {
  const values = new Uint32Array(count);
  const valueBytes = (bitWidth + 7) >> 3;
  let at = start;
  let filled = 0;
  while (filled < count) {
    let head = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= end || shift > 28) throw damaged();
      const byte = bytes[at++] ?? 0;
      head += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    if (head % 2 === 1) {
      const run = Math.min(((head - 1) / 2) * 8, count - filled);
      if (Math.ceil((run * bitWidth) / 8) > end - at) throw damaged();
      unpackBits(bytes, at, bitWidth, values, filled, run);
      at += ((head - 1) / 2) * bitWidth;
      filled += run;
    } else {
      if (valueBytes > end - at) throw damaged();
      let value = 0;
      for (let i = 0; i < valueBytes; i++) value += (bytes[at++] ?? 0) * 2 ** (8 * i);
      const run = Math.min(head / 2, count - filled);
      values.fill(value, filled, filled + run);
      filled += run;
    }
  }
  return values;
}

function unpackBits(
  bytes: Uint8Array,
  start: number,
  bitWidth: number,
  values: Uint32Array,
  first: number,
  count: number,
): void {
  const mask = 2 ** bitWidth - 1;
  let at = start;
  // Up to 7 bits left over and 32 fresh ones: more than an int32 holds, so arithmetic instead of shifts.
  let held = 0;
  let heldBits = 0;
  for (let i = 0; i < count; i++) {
    while (heldBits < bitWidth) {
      held += (bytes[at++] ?? 0) * 2 ** heldBits;
      heldBits += 8;
    }
    const value = bitWidth === 32 ? held % 2 ** 32 : (held & mask) >>> 0;
    values[first + i] = value;
    held = Math.floor(held / 2 ** bitWidth);
    heldBits -= bitWidth;
  }
}

function damaged(): Corrupt {
  return new Corrupt('runs of a Parquet page end before its values do: the binlog is damaged');
}
