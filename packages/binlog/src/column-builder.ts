import { copyBytes, Exhausted, Internal } from '@millrace/core';
import { type Column, columnOf, varcharOffsets } from './column.ts';
import { type ColumnMemory, freshMemory } from './column-memory.ts';
import type { ColumnShape } from './data-type.ts';

/** One binlog has 32-bit signed lengths (formats §6.2), so a column must stay below this. */
export const columnBytesMax = 2 ** 31 - 2 ** 20;

/** How a ColumnBuilder gets its memory. All may be missing: 4 KiB at first, doubled as rows come, from fresh arrays. */
export interface ColumnBuilderOptions {
  /** Bytes reserved at first; default 4 KiB. */
  readonly capacity?: number;
  /** Bytes it will probably come to: a column that has reached a mebibyte goes there in one step instead of by doubling. */
  readonly expected?: number;
  /** For example shared memory that a worker reads without a copy. Default: fresh arrays. */
  readonly memory?: ColumnMemory;
}

/** Below this size memory is cheaper than a good guess. */
const smallBytes = 1 << 20;

/** A growing column: rows are appended at the end, in the layout of `Column`. Growth doubles, so appending is amortised constant. */
export class ColumnBuilder {
  readonly shape: ColumnShape;
  readonly #memory: ColumnMemory;
  readonly #expected: number;
  #values: Uint8Array;
  #length = 0;
  #rows = 0;

  constructor(shape: ColumnShape, options: ColumnBuilderOptions = {}) {
    this.shape = shape;
    this.#memory = options.memory ?? freshMemory;
    this.#expected = options.expected ?? 0;
    this.#values = this.#memory.allocate(Math.max(options.capacity ?? 4096, 16));
  }

  get rows(): number {
    return this.#rows;
  }

  /** Bytes of the rows so far, as they lie in the column. */
  get byteLength(): number {
    return this.#length;
  }

  /** Appends whole rows of a fixed width type, little-endian as they will lie in the column. */
  appendFixed(bytes: Uint8Array): void {
    copyBytes(bytes, 0, bytes.length, this.extend(this.#rowsOf(bytes.length)), 0);
  }

  /** Appends `rows` rows of a fixed width type and returns their bytes for the caller to fill, all of them, before the next append. */
  extend(rows: number): Uint8Array {
    if (this.shape.dataType === 'varchar')
      throw new Internal('a varchar column has no fixed width: append strings');
    const start = this.#reserve(rows * this.shape.width);
    this.#rows += rows;
    return this.#values.subarray(start, this.#length);
  }

  /** Appends one string given as UTF-8, `utf8[start, end)`. */
  appendUtf8(utf8: Uint8Array, start = 0, end = utf8.length): void {
    const at = this.#reserveString(end - start);
    copyBytes(utf8, start, end, this.#values, at);
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
    const at = this.#reserve(values.length);
    copyBytes(values, 0, values.length, this.#values, at);
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

  /** Gives the memory back. Views of it must not be used any more, and nothing can be appended. */
  release(): void {
    const memory = this.#values;
    this.clear();
    this.#values = new Uint8Array(0);
    if (memory.length > 0) this.#memory.free(memory);
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
    const present = this.#values;
    const wanted = Math.max(length, length > smallBytes ? this.#expected : 0, 2 * present.length);
    const values = this.#memory.allocate(Math.min(wanted, columnBytesMax));
    copyBytes(present, 0, this.#length, values, 0);
    this.#values = values;
    this.#memory.free(present);
  }
}
