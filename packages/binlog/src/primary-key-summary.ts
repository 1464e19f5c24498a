import type { BloomFilter } from './bloom-filter.ts';
import { hashKey, hashWords } from './key-hash.ts';
import { comparePrimaryKeys, type PrimaryKey, primaryKeyBytes } from './primary-key.ts';

/** What a stats log knows of the primary keys of one insert log. */
export interface PrimaryKeySummary {
  readonly min: PrimaryKey;
  readonly max: PrimaryKey;
  readonly filter: BloomFilter;
}

/** Whether the rows may hold this key: false is certain. Used to route deletes to segments. */
export function mayContain(summary: PrimaryKeySummary, key: PrimaryKey): boolean {
  if (comparePrimaryKeys(key, summary.min) < 0 || comparePrimaryKeys(key, summary.max) > 0) return false;
  const bytes = primaryKeyBytes(key);
  const hash = new BigUint64Array(hashWords);
  hashKey(bytes, 0, bytes.length, hash);
  return summary.filter.has(hash);
}
