import type { Column } from '@millrace/binlog';
import { composeTimestamp, type Timestamp } from '@millrace/core';
import type { DeleteIndex } from './delete-index.ts';

/** What takes rows out of a segment while it is compacted. */
export interface RowRules {
  readonly deletes: DeleteIndex;
  /** Rows up to this timestamp have outlived the collection's time to live; 0 where nothing expires. */
  readonly expiredUpTo: Timestamp;
}

/**
 * The newest timestamp whose rows have expired: physical(row) + ttl ≤ now. Source: spec datanode-and-formats §11.2.
 * @param ttlNs the plan's collection_ttl; 0 or less: nothing expires
 */
export function expiredUpTo(ttlNs: bigint, nowMs: number): Timestamp {
  if (ttlNs <= 0n) return 0n;
  const lastMs = Math.floor(nowMs - Number(ttlNs) / 1e6);
  return lastMs <= 0 ? 0n : composeTimestamp(lastMs + 1) - 1n;
}

/** Rows that stay, ascending, or undefined when all do. Pure. */
export function survivingRows(keys: Column, timestamps: Column, rules: RowRules): Uint32Array | undefined {
  const { deletes, expiredUpTo: expired } = rules;
  if (deletes.size === 0 && expired === 0n) return undefined;
  const times = uint64s(timestamps);
  const deletedAt = deletes.size === 0 ? () => undefined : deletes.lookup(keys);
  const rows = new Uint32Array(keys.rows);
  let kept = 0;
  for (let row = 0; row < keys.rows; row++) {
    const deleted = deletedAt(row);
    if (deleted !== undefined && deleted >= (times[row] ?? 0n)) continue;
    if (expired > 0n && (times[row] ?? 0n) <= expired) continue;
    rows[kept++] = row;
  }
  return kept === keys.rows ? undefined : rows.subarray(0, kept);
}

/** Least and greatest of a timestamp column with at least one row. */
export function timestampRange(timestamps: Column): { readonly from: Timestamp; readonly to: Timestamp } {
  let from = (1n << 64n) - 1n;
  let to = 0n;
  for (const timestamp of uint64s(timestamps)) {
    if (timestamp < from) from = timestamp;
    if (timestamp > to) to = timestamp;
  }
  return { from, to };
}

function uint64s({ values, rows }: Column): BigUint64Array {
  if (values.byteOffset % 8 === 0) return new BigUint64Array(values.buffer, values.byteOffset, rows);
  // Not `slice`: a Buffer's slice is a view.
  return new BigUint64Array(new Uint8Array(values).buffer, 0, rows);
}
