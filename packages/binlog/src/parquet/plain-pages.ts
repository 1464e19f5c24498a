import type { Column, FixedColumn, VarcharColumn } from '../column.ts';
import { readLength } from '../column.ts';

/** Values of some consecutive rows in PLAIN encoding. May be a view of the column's own bytes. */
export interface PlainPage {
  readonly rows: number;
  readonly values: Uint8Array;
}

/** Values bytes per page. Arrow's default: what Milvus itself writes, and a bound on what a reader unpacks at once. */
export const pageBytesMax = 1 << 20;

/** Cuts a column into pages at row boundaries and encodes each; at least one row per page. */
export function* plainPages(column: Column): Generator<PlainPage, void, void> {
  if (column.dataType === 'varchar') yield* varcharPages(column);
  else yield* fixedPages(column);
}

function* fixedPages(column: FixedColumn): Generator<PlainPage, void, void> {
  const rowsMax = Math.max(1, Math.floor(pageBytesMax / column.width));
  for (let first = 0; first < column.rows; first += rowsMax) {
    const rows = Math.min(rowsMax, column.rows - first);
    const values = column.values.subarray(first * column.width, (first + rows) * column.width);
    yield { rows, values: plainValues(column.dataType, values, rows) };
  }
}

function plainValues(dataType: FixedColumn['dataType'], values: Uint8Array, rows: number): Uint8Array {
  switch (dataType) {
    case 'bool':
      return packBits(values);
    case 'int8':
      return widenInt8(values);
    case 'int16':
      return widenInt16(values, rows);
    default:
      return values;
  }
}

function packBits(values: Uint8Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil(values.length / 8));
  for (let row = 0; row < values.length; row++) {
    if (values[row] !== 0) packed[row >> 3] = (packed[row >> 3] ?? 0) | (1 << (row & 7));
  }
  return packed;
}

function widenInt8(values: Uint8Array): Uint8Array {
  const wide = new Uint8Array(4 * values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? 0;
    wide[4 * row] = value;
    if (value >= 0x80) wide.fill(0xff, 4 * row + 1, 4 * row + 4);
  }
  return wide;
}

function widenInt16(values: Uint8Array, rows: number): Uint8Array {
  const wide = new Uint8Array(4 * rows);
  for (let row = 0; row < rows; row++) {
    const high = values[2 * row + 1] ?? 0;
    wide[4 * row] = values[2 * row] ?? 0;
    wide[4 * row + 1] = high;
    if (high >= 0x80) wide.fill(0xff, 4 * row + 2, 4 * row + 4);
  }
  return wide;
}

/** Varchar columns are kept in PLAIN layout already: pages are views. */
function* varcharPages(column: VarcharColumn): Generator<PlainPage, void, void> {
  const { values } = column;
  let start = 0;
  let at = 0;
  let rows = 0;
  for (let row = 0; row < column.rows; row++) {
    const next = at + 4 + readLength(values, at);
    if (rows > 0 && next - start > pageBytesMax) {
      yield { rows, values: values.subarray(start, at) };
      start = at;
      rows = 0;
    }
    at = next;
    rows++;
  }
  if (rows > 0) yield { rows, values: values.subarray(start, at) };
}
