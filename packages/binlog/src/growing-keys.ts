import { BloomFilter } from './bloom-filter.ts';
import type { Column } from './column.ts';
import { hashKey, hashWords } from './key-hash.ts';
import { KeyRange } from './key-range.ts';
import { forEachKey, type PrimaryKey, type PrimaryKeyType } from './primary-key.ts';
import { mayContain } from './primary-key-summary.ts';

/** Keys the filter is sized for; more keys only make it admit more. Source: formats §7.1. */
const filterKeys = 100_000;

/** Which primary keys a batch in the making may hold: what routes deletes to rows that are in no object yet. */
export class GrowingKeys {
  readonly #type: PrimaryKeyType;
  readonly #range: KeyRange;
  readonly #filter = BloomFilter.forKeys(filterKeys);
  readonly #hash = new BigUint64Array(hashWords);

  constructor(type: PrimaryKeyType) {
    this.#type = type;
    this.#range = new KeyRange(type);
  }

  /** Adds every key of a column of this type. */
  add(column: Column): void {
    forEachKey(this.#type, column, (bytes, start, end) => {
      hashKey(bytes, start, end, this.#hash);
      this.#filter.add(this.#hash);
      this.#range.add(bytes, start, end);
    });
  }

  /** Whether a key may have been added: false is certain. */
  mayContain(key: PrimaryKey): boolean {
    const { min, max } = this.#range;
    return min !== undefined && max !== undefined && mayContain({ min, max, filter: this.#filter }, key);
  }
}
