import { Corrupt } from '@millrace/core';
import { readLength } from '../column.ts';
import type { ColumnShape } from '../data-type.ts';

/** Turns `count` PLAIN values into the bytes of a column; a view of the page where the layouts agree. @throws Corrupt */
export function fromPlain(shape: ColumnShape, page: Uint8Array, count: number): Uint8Array {
  switch (shape.dataType) {
    case 'bool':
      return unpackBools(sized(page, Math.ceil(count / 8)), count);
    case 'int8':
      return narrow(sized(page, 4 * count), 1);
    case 'int16':
      return narrow(sized(page, 4 * count), 2);
    case 'varchar':
      return demandStrings(page, count);
    default:
      return sized(page, shape.width * count);
  }
}

function sized(page: Uint8Array, bytes: number): Uint8Array {
  if (page.length === bytes) return page;
  throw damaged(`${page.length} bytes of values instead of ${bytes}`);
}

function unpackBools(packed: Uint8Array, count: number): Uint8Array {
  const values = new Uint8Array(count);
  for (let row = 0; row < count; row++) values[row] = ((packed[row >> 3] ?? 0) >> (row & 7)) & 1;
  return values;
}

/** Keeps the low bytes of sign-extended INT32 values. */
function narrow(page: Uint8Array, width: 1 | 2): Uint8Array {
  const values = new Uint8Array((page.length / 4) * width);
  for (let at = 0, to = 0; at < page.length; at += 4) {
    for (let i = 0; i < width; i++) values[to++] = page[at + i] ?? 0;
    const extension = (values[to - 1] ?? 0) >= 0x80 ? 0xff : 0;
    for (let i = width; i < 4; i++) {
      if (page[at + i] !== extension) throw damaged(`a value that is no int${8 * width}`);
    }
  }
  return values;
}

function demandStrings(page: Uint8Array, count: number): Uint8Array {
  let at = 0;
  for (let row = 0; row < count; row++) {
    if (page.length - at < 4) throw damaged('fewer strings than rows');
    at += 4 + readLength(page, at);
    if (at > page.length) throw damaged('a cut string');
  }
  return sized(page, at);
}

function damaged(what: string): Corrupt {
  return new Corrupt(`page of a Parquet payload has ${what}: the binlog is damaged`);
}
