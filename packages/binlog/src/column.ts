import { copyBytes, Internal } from '@millrace/core';
import type { ColumnShape, ColumnType } from './data-type.ts';

/** Rows of a fixed width, little-endian, back to back: `values.length = rows × width`. A bool takes one byte, 0 or 1. */
export interface FixedColumn {
  readonly dataType: Exclude<ColumnType, 'varchar'>;
  readonly rows: number;
  /** Bytes per row: 1, 2, 4, 8; 4·dim for float vectors, dim/8 for binary vectors. */
  readonly width: number;
  readonly values: Uint8Array;
}

/** Strings in Parquet's PLAIN layout: u32 little-endian byte length, then UTF-8, repeated. */
export interface VarcharColumn {
  readonly dataType: 'varchar';
  readonly rows: number;
  readonly width: 0;
  readonly values: Uint8Array;
}

/** The values of one field. A plain object: it crosses into a worker as it is, without a copy when it lies on shared memory. */
export type Column = FixedColumn | VarcharColumn;

/** Puts a shape, a row count and bytes together. The caller vouches that the bytes have that many rows. */
export function columnOf(shape: ColumnShape, rows: number, values: Uint8Array): Column {
  if (shape.dataType === 'varchar') return { dataType: 'varchar', rows, width: 0, values };
  return { dataType: shape.dataType, rows, width: shape.width, values };
}

/** Bytes Milvus counts for a column in memory: `original_size`, `log_size` of a flush. Source: formats §9.4. */
export function memorySize(column: Column): number {
  switch (column.dataType) {
    case 'varchar':
      return column.values.length + 12 * column.rows;
    case 'binary-vector':
    case 'float-vector':
      return column.values.length + 4;
    default:
      return column.values.length;
  }
}

/**
 * Byte offset of every string of a varchar column, and the end of the last: rows + 1 numbers.
 * @throws Internal when the bytes do not hold exactly `rows` strings
 */
export function varcharOffsets(column: VarcharColumn): Uint32Array {
  const { rows, values } = column;
  const offsets = new Uint32Array(rows + 1);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    offsets[row] = at;
    if (at + 4 > values.length) throw malformed(row, rows);
    at += 4 + readLength(values, at);
    if (at > values.length) throw malformed(row, rows);
  }
  if (at !== values.length) throw malformed(rows, rows);
  offsets[rows] = at;
  return offsets;
}

/** The u32 before a string; the caller has checked that four bytes are there. */
export function readLength(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)) >>>
    0
  );
}

function malformed(row: number, rows: number): Internal {
  return new Internal(
    `varchar column of ${rows} rows is cut or too long at row ${row}: fill it through ColumnBuilder`,
  );
}

/** The listed rows of a column, in the listed order, as a new column. Row numbers must be below `column.rows`. */
export function pickRows(column: Column, rows: Uint32Array): Column {
  return column.dataType === 'varchar' ? pickStrings(column, rows) : pickFixed(column, rows);
}

/** Where the run of consecutive row numbers that begins at `at` ends: neighbours are copied together. */
export function runEnd(rows: Uint32Array, at: number): number {
  const first = (rows[at] ?? 0) - at;
  let end = at + 1;
  while (end < rows.length && (rows[end] ?? 0) - end === first) end++;
  return end;
}

/** Copies the listed rows of a fixed width column to the start of `values`. */
export function copyFixedRows(column: FixedColumn, rows: Uint32Array, values: Uint8Array): void {
  const { values: from, width } = column;
  for (let at = 0; at < rows.length; ) {
    const end = runEnd(rows, at);
    const start = (rows[at] ?? 0) * width;
    copyBytes(from, start, start + (end - at) * width, values, at * width);
    at = end;
  }
}

function pickFixed(column: FixedColumn, rows: Uint32Array): FixedColumn {
  const values = new Uint8Array(rows.length * column.width);
  copyFixedRows(column, rows, values);
  return { ...column, rows: rows.length, values };
}

function pickStrings(column: VarcharColumn, rows: Uint32Array): VarcharColumn {
  const offsets = varcharOffsets(column);
  let size = 0;
  for (const row of rows) size += (offsets[row + 1] ?? 0) - (offsets[row] ?? 0);
  const values = new Uint8Array(size);
  let to = 0;
  for (let at = 0; at < rows.length; ) {
    const end = runEnd(rows, at);
    const start = offsets[rows[at] ?? 0] ?? 0;
    const length = (offsets[(rows[end - 1] ?? 0) + 1] ?? 0) - start;
    copyBytes(column.values, start, start + length, values, to);
    to += length;
    at = end;
  }
  return { ...column, rows: rows.length, values };
}

/** The strings of a varchar column, as UTF-8 views of its bytes. */
export function* stringsOf(column: VarcharColumn): Generator<Uint8Array, void, void> {
  const offsets = varcharOffsets(column);
  for (let row = 0; row < column.rows; row++) {
    yield column.values.subarray((offsets[row] ?? 0) + 4, offsets[row + 1]);
  }
}
