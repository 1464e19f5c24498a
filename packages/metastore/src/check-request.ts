import { Invalid } from '@millrace/core';
import { checkKey } from './key-order.ts';
import {
  type RangeOptions,
  rangeLimitDefault,
  rangeLimitMax,
  type Transaction,
  transactionBytesMax,
  transactionOpsMax,
  type WriteOp,
} from './meta-store.ts';

/** Throws Invalid for a transaction that no driver takes. Every driver calls it first, so that all refuse the same. */
export function checkTransaction({ compares = [], writes }: Transaction): void {
  const ops = compares.length + writes.length;
  if (ops > transactionOpsMax)
    throw new Invalid(
      `a transaction of ${ops} compares and writes: at most ${transactionOpsMax}, split it into several`,
    );
  const bytes = transactionBytes({ compares, writes });
  if (bytes > transactionBytesMax)
    throw new Invalid(
      `a transaction of ${bytes} bytes: at most ${transactionBytesMax}, split it into several`,
    );
  for (const compare of compares) checkKey(compare.key);
  checkWrites(writes);
}

function checkWrites(writes: readonly WriteOp[]): void {
  const seen = new Set<string>();
  const prefixes: string[] = [];
  for (const write of writes) {
    if ('deletePrefix' in write) {
      if (write.deletePrefix === '') throw new Invalid('deletePrefix must name a prefix');
      prefixes.push(write.deletePrefix);
      continue;
    }
    const key = 'put' in write ? write.put : write.delete;
    checkKey(key);
    if (seen.has(key)) throw new Invalid(`key ${key} is written twice in one transaction`);
    seen.add(key);
  }
  for (const [at, prefix] of prefixes.entries()) {
    if (prefixes.some((other, i) => i !== at && other.startsWith(prefix)))
      throw new Invalid(`prefix ${prefix} is deleted twice in one transaction`);
    for (const key of seen) {
      if (key.startsWith(prefix))
        throw new Invalid(
          `key ${key} is written twice in one transaction: it is under deletePrefix ${prefix}`,
        );
    }
  }
}

/** Bytes of keys and values, as `transactionBytesMax` counts them. */
export function transactionBytes({ compares = [], writes }: Transaction): number {
  let bytes = 0;
  for (const compare of compares)
    bytes += Buffer.byteLength(compare.key) + ('value' in compare ? compare.value.byteLength : 8);
  for (const write of writes) bytes += writeBytes(write);
  return bytes;
}

function writeBytes(write: WriteOp): number {
  if ('put' in write) return Buffer.byteLength(write.put) + write.value.byteLength;
  return Buffer.byteLength('delete' in write ? write.delete : write.deletePrefix);
}

/** Throws Invalid for a range that no driver takes. Returns the page size. */
export function checkRange({ limit = rangeLimitDefault, revision }: RangeOptions): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > rangeLimitMax)
    throw new Invalid(`range limit ${limit}: must be 1 to ${rangeLimitMax}`);
  if (revision !== undefined && revision < 1n)
    throw new Invalid(`range revision ${revision}: the first is 1`);
  return limit;
}

export function checkLeaseTtl(ttlMs: number): void {
  if (!Number.isFinite(ttlMs) || ttlMs < 1) throw new Invalid(`a lease of ${ttlMs} ms: must be 1 or more`);
}
