import { Exhausted, Internal } from '@millrace/core';
import { type Column, columnOf, varcharOffsets } from './column.ts';
import type { ColumnShape } from './data-type.ts';

/** One binlog has 32-bit signed lengths (formats §6.2), so a column must stay below this. */
export const columnBytesMax = 2 ** 31 - 2 ** 20;

export interface ColumnBuilderOptions {
  /** Bytes reserved at first; default 4 KiB. */
  readonly capacity?: number;
  /** Where memory comes from, for example shared memory that a worker reads without a copy. Default: fresh arrays. */
  readonly allocate?: (bytes: number) => Uint8Array;
}

/** A growing column: rows are appended at the end, in the layout of `Column`. Growth doubles, so appending is amortised constant. */
export class ColumnBuilder {
  readonly shape: ColumnShape;
  readonly #allocate: (bytes: number) => Uint8Array;
  #values: Uint8Array;
  #length = 0;
  #rows = 0;

  constructor(shape: ColumnShape, options: ColumnBuilderOptions = {}) {
    this.shape = shape;
    this.#allocate = options.allocate ?? ((bytes) => new Uint8Array(bytes));
    this.#values = this.#allocate(Math.max(options.capacity ?? 4096, 16));
  }

  get rows(): number {
    return this.#rows;
  }

  get byteLength(): number {
    return this.#length;
  }

  /** Appends whole rows of a fixed width type, little-endian as they will lie in the column. */
  appendFixed(bytes: Uint8Array): void {
    this.extend(this.#rowsOf(bytes.length)).set(bytes);
  }

  /** Appends `rows` rows of a fixed width type and returns their bytes for the caller to fill, all of them, before the next append. */
  extend(rows: number): Uint8Array {
    if (this.shape.dataType === 'varchar')
      throw new Internal('a varchar column has no fixed width: append strings');
    const start = this.#reserve(rows * this.shape.width);
    this.#rows += rows;
    return this.#values.subarray(start, this.#length);
  }

  /** Appends one string given as UTF-8. */
  appendUtf8(utf8: Uint8Array): void {
    const start = this.#reserveString(utf8.length);
    this.#values.set(utf8, start);
  }

  /** Appends one string. */
  appendString(text: string): void {
    this.appendUtf8(Buffer.from(text, 'utf8'));
  }

  /** Appends strings that are already in PLAIN layout. @throws Internal when the bytes do not hold exactly `rows` strings */
  appendPlain(values: Uint8Array, rows: number): void {
    if (this.shape.dataType !== 'varchar')
      throw new Internal(`a ${this.shape.dataType} column takes no strings`);
    varcharOffsets({ dataType: 'varchar', rows, width: 0, values });
    this.#values.set(values, this.#reserve(values.length));
    this.#rows += rows;
  }

  /** Appends all rows of a column of the same shape. */
  appendColumn(column: Column): void {
    if (column.dataType === 'varchar') this.appendPlain(column.values, column.rows);
    else this.appendFixed(column.values);
  }

  /** The rows so far, without a copy: valid until the next append or clear. */
  view(): Column {
    return columnOf(this.shape, this.#rows, this.#values.subarray(0, this.#length));
  }

  /** Forgets the rows and keeps the memory. */
  clear(): void {
    this.#length = 0;
    this.#rows = 0;
  }

  #rowsOf(bytes: number): number {
    const rows = bytes / this.shape.width;
    if (Number.isSafeInteger(rows)) return rows;
    throw new Internal(
      `${bytes} bytes are no whole rows of a ${this.shape.dataType} column of width ${this.shape.width}`,
    );
  }

  #reserveString(bytes: number): number {
    if (this.shape.dataType !== 'varchar')
      throw new Internal(`a ${this.shape.dataType} column takes no strings`);
    const start = this.#reserve(4 + bytes);
    this.#values[start] = bytes;
    this.#values[start + 1] = bytes >>> 8;
    this.#values[start + 2] = bytes >>> 16;
    this.#values[start + 3] = bytes >>> 24;
    this.#rows++;
    return start + 4;
  }

  #reserve(bytes: number): number {
    const start = this.#length;
    const length = start + bytes;
    if (length > this.#values.length) this.#grow(length);
    this.#length = length;
    return start;
  }

  #grow(length: number): void {
    if (length > columnBytesMax) {
      throw new Exhausted(
        `column would exceed ${columnBytesMax} bytes: flush the segment before adding rows`,
      );
    }
    const values = this.#allocate(Math.min(Math.max(length, 2 * this.#values.length), columnBytesMax));
    values.set(this.#values.subarray(0, this.#length));
    this.#values = values;
  }
}
