import { Internal, Invalid } from '@millrace/core';
import { BloomFilter } from './bloom-filter.ts';
import { type Column, varcharOffsets } from './column.ts';
import { hashKey, hashWords } from './key-hash.ts';
import { type PrimaryKey, type PrimaryKeyType, primaryKeyOf } from './primary-key.ts';
import { mayContain, type PrimaryKeySummary } from './primary-key-summary.ts';
import { encodeStatsLog } from './stats-log.ts';

/** Keys the filter of a batch in the making is sized for; more keys only make it admit more. Source: formats §7.1. */
const growingFilterKeys = 100_000;

/**
 * Collects the primary keys of one batch of rows. Answers `mayContain` while the batch grows; at its end `finish` gives the
 * filter sized for exactly these rows, which the stats log holds. Keeps 32 bytes per key.
 */
export class PrimaryKeyStats {
  readonly type: PrimaryKeyType;
  readonly #growing = BloomFilter.forKeys(growingFilterKeys);
  #hashes = new Int32Array(64 * hashWords);
  #rows = 0;
  #min = new Uint8Array(0);
  #max = new Uint8Array(0);

  constructor(type: PrimaryKeyType) {
    this.type = type;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Least key so far, undefined before the first. Strings are ordered by their UTF-8 bytes. */
  get min(): PrimaryKey | undefined {
    return this.#rows === 0 ? undefined : primaryKeyOf(this.type, this.#min);
  }

  get max(): PrimaryKey | undefined {
    return this.#rows === 0 ? undefined : primaryKeyOf(this.type, this.#max);
  }

  /** Adds one key: 8 little-endian bytes or UTF-8. */
  add(key: Uint8Array): void {
    this.#addRange(key, 0, key.length);
  }

  /** Adds every key of a column of this type. */
  addColumn(column: Column): void {
    if (column.dataType !== this.type) {
      throw new Internal(`primary keys are ${this.type}, the column is ${column.dataType}`);
    }
    if (column.dataType === 'varchar') {
      const offsets = varcharOffsets(column);
      for (let row = 0; row < column.rows; row++) {
        this.#addRange(column.values, (offsets[row] ?? 0) + 4, offsets[row + 1] ?? 0);
      }
      return;
    }
    for (let at = 0; at < column.values.length; at += 8) this.#addRange(column.values, at, at + 8);
  }

  /** Whether a key may have been added: false is certain. */
  mayContain(key: PrimaryKey): boolean {
    return this.#rows > 0 && mayContain(this.#summary(this.#growing), key);
  }

  /** Range and filter of the rows added, to be kept after the batch. @throws Invalid for an empty batch */
  finish(): PrimaryKeySummary {
    if (this.#rows === 0) throw new Invalid('an empty batch has no stats log');
    const filter = BloomFilter.forKeys(this.#rows);
    for (let row = 0; row < this.#rows; row++) filter.add(this.#hashes, row * hashWords);
    return this.#summary(filter);
  }

  /** The stats log of the rows added. @throws Invalid for an empty batch */
  encode(fieldID: bigint): Uint8Array {
    return encodeStatsLog(fieldID, this.finish());
  }

  #summary(filter: BloomFilter): PrimaryKeySummary {
    return { min: primaryKeyOf(this.type, this.#min), max: primaryKeyOf(this.type, this.#max), filter };
  }

  #addRange(bytes: Uint8Array, start: number, end: number): void {
    if (this.type === 'int64' && end - start !== 8) {
      throw new Internal(`an int64 primary key has 8 bytes, not ${end - start}`);
    }
    const at = this.#rows * hashWords;
    if (at === this.#hashes.length) this.#grow();
    hashKey(bytes, start, end, this.#hashes, at);
    this.#growing.add(this.#hashes, at);
    if (this.#rows === 0 || this.#compare(bytes, start, end, this.#min) < 0)
      this.#min = kept(this.#min, bytes, start, end);
    if (this.#rows === 0 || this.#compare(bytes, start, end, this.#max) > 0)
      this.#max = kept(this.#max, bytes, start, end);
    this.#rows++;
  }

  #compare(bytes: Uint8Array, start: number, end: number, other: Uint8Array): number {
    return this.type === 'int64' ? compareInt64(bytes, start, other) : compareUtf8(bytes, start, end, other);
  }

  #grow(): void {
    const hashes = new Int32Array(2 * this.#hashes.length);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }
}

/** The key's bytes in the old key's place when they fit: ascending keys would otherwise cost an allocation each. */
function kept(
  old: Uint8Array<ArrayBuffer>,
  bytes: Uint8Array,
  start: number,
  end: number,
): Uint8Array<ArrayBuffer> {
  const key = old.length === end - start ? old : new Uint8Array(end - start);
  for (let i = start; i < end; i++) key[i - start] = bytes[i] ?? 0;
  return key;
}

function compareUtf8(bytes: Uint8Array, start: number, end: number, other: Uint8Array): number {
  const shared = Math.min(end - start, other.length);
  for (let i = 0; i < shared; i++) {
    const difference = (bytes[start + i] ?? 0) - (other[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return end - start - other.length;
}

function compareInt64(bytes: Uint8Array, start: number, other: Uint8Array): number {
  // Two's complement: the top byte compares as signed, the others as unsigned.
  const top = (((bytes[start + 7] ?? 0) << 24) >> 24) - (((other[7] ?? 0) << 24) >> 24);
  if (top !== 0) return top;
  for (let i = 6; i >= 0; i--) {
    const difference = (bytes[start + i] ?? 0) - (other[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
