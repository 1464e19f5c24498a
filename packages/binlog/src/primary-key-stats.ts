import { Internal, Invalid } from '@millrace/core';
import { BloomFilter } from './bloom-filter.ts';
import type { Column } from './column.ts';
import { hashKey, hashWord, hashWords } from './key-hash.ts';
import { KeyRange, rangeOfInt64 } from './key-range.ts';
import { forEachKey, type PrimaryKey, type PrimaryKeyType } from './primary-key.ts';
import type { PrimaryKeySummary } from './primary-key-summary.ts';
import { encodeStatsLog } from './stats-log.ts';

/**
 * Collects the primary keys of one batch of rows; at its end `finish` gives the filter sized for exactly these rows, which the stats log
 * holds. Keeps 32 bytes per key.
 */
export class PrimaryKeyStats {
  readonly type: PrimaryKeyType;
  readonly #range: KeyRange;
  #hashes = new BigUint64Array(64 * hashWords);
  #rows = 0;

  constructor(type: PrimaryKeyType) {
    this.type = type;
    this.#range = new KeyRange(type);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Least key so far, undefined before the first. Strings are ordered by their UTF-8 bytes. */
  get min(): PrimaryKey | undefined {
    return this.#range.min;
  }

  get max(): PrimaryKey | undefined {
    return this.#range.max;
  }

  /** Adds one key: 8 little-endian bytes or UTF-8. */
  add(key: Uint8Array): void {
    if (this.type === 'int64' && key.length !== 8) {
      throw new Internal(`an int64 primary key has 8 bytes, not ${key.length}`);
    }
    this.#reserve(1);
    this.#add(key, 0, key.length);
  }

  /** Adds every key of a column of this type. */
  addColumn(column: Column): void {
    this.#reserve(column.rows);
    forEachKey(this.type, column, (bytes, start, end) => this.#add(bytes, start, end));
  }

  /** Range and filter of the rows added, to be kept after the batch. @throws Invalid for an empty batch */
  finish(): PrimaryKeySummary {
    if (this.#rows === 0) throw new Invalid('an empty batch has no stats log');
    const filter = BloomFilter.forKeys(this.#rows);
    for (let row = 0; row < this.#rows; row++) filter.add(this.#hashes, row * hashWords);
    return { ...this.#range.ends(), filter };
  }

  /** The stats log of the rows added. @throws Invalid for an empty batch */
  encode(fieldID: bigint): Uint8Array {
    return encodeStatsLog(fieldID, this.finish());
  }

  #add(bytes: Uint8Array, start: number, end: number): void {
    hashKey(bytes, start, end, this.#hashes, this.#rows * hashWords);
    this.#range.add(bytes, start, end);
    this.#rows++;
  }

  #reserve(rows: number): void {
    const needed = (this.#rows + rows) * hashWords;
    if (needed <= this.#hashes.length) return;
    const hashes = new BigUint64Array(Math.max(needed, 2 * this.#hashes.length));
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }
}

/** Range and filter of the keys of one column. @throws Invalid for an empty column, Internal for one of another type */
export function summarizeKeys(type: PrimaryKeyType, column: Column): PrimaryKeySummary {
  if (column.rows === 0) throw new Invalid('an empty batch has no stats log');
  const filter = BloomFilter.forKeys(column.rows);
  const hash = new BigUint64Array(hashWords);
  if (type === 'int64' && column.dataType === 'int64' && column.values.byteOffset % 8 === 0) {
    const { buffer, byteOffset } = column.values;
    const words = new BigUint64Array(buffer, byteOffset, column.rows);
    for (let row = 0; row < words.length; row++) {
      hashWord(words[row] ?? 0n, hash);
      filter.add(hash);
    }
    return { ...rangeOfInt64(new Int32Array(buffer, byteOffset, 2 * column.rows)), filter };
  }
  const range = new KeyRange(type);
  forEachKey(type, column, (bytes, start, end) => {
    hashKey(bytes, start, end, hash);
    filter.add(hash);
    range.add(bytes, start, end);
  });
  return { ...range.ends(), filter };
}
