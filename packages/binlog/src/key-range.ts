import { Invalid } from '@millrace/core';
import { type PrimaryKey, type PrimaryKeyType, primaryKeyOf } from './primary-key.ts';

/** Least and greatest of the primary keys added so far, kept as bytes: a key is made only when it is asked for. */
export class KeyRange {
  readonly type: PrimaryKeyType;
  #min: Uint8Array<ArrayBuffer> | undefined;
  #max: Uint8Array<ArrayBuffer> | undefined;

  constructor(type: PrimaryKeyType) {
    this.type = type;
  }

  /** Least key so far, undefined before the first. Strings are ordered by their UTF-8 bytes. */
  get min(): PrimaryKey | undefined {
    return this.#min && primaryKeyOf(this.type, this.#min);
  }

  get max(): PrimaryKey | undefined {
    return this.#max && primaryKeyOf(this.type, this.#max);
  }

  /** Both. @throws Invalid before the first key */
  ends(): { readonly min: PrimaryKey; readonly max: PrimaryKey } {
    const { min, max } = this;
    if (min === undefined || max === undefined) throw new Invalid('no key has a least and a greatest one');
    return { min, max };
  }

  /** Adds `bytes[start, end)`: 8 little-endian bytes or UTF-8. */
  add(bytes: Uint8Array, start: number, end: number): void {
    if (this.#min === undefined || this.#compare(bytes, start, end, this.#min) < 0)
      this.#min = kept(this.#min, bytes, start, end);
    if (this.#max === undefined || this.#compare(bytes, start, end, this.#max) > 0)
      this.#max = kept(this.#max, bytes, start, end);
  }

  #compare(bytes: Uint8Array, start: number, end: number, other: Uint8Array): number {
    return this.type === 'int64' ? compareInt64(bytes, start, other) : compareUtf8(bytes, start, end, other);
  }
}

/** The key's bytes in the old key's place when they fit: ascending keys would otherwise cost an allocation each. */
function kept(
  old: Uint8Array<ArrayBuffer> | undefined,
  bytes: Uint8Array,
  start: number,
  end: number,
): Uint8Array<ArrayBuffer> {
  const key = old?.length === end - start ? old : new Uint8Array(end - start);
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

/** Least and greatest of int64 keys, given as halves, low half first; there must be at least one. */
export function rangeOfInt64(halves: Int32Array): { readonly min: bigint; readonly max: bigint } {
  let least = 0;
  let greatest = 0;
  for (let at = 2; at < halves.length; at += 2) {
    if (isBelow(halves, at, least)) least = at;
    if (isBelow(halves, greatest, at)) greatest = at;
  }
  return { min: int64At(halves, least), max: int64At(halves, greatest) };
}

function isBelow(halves: Int32Array, a: number, b: number): boolean {
  const highA = halves[a + 1] ?? 0;
  const highB = halves[b + 1] ?? 0;
  return highA === highB ? (halves[a] ?? 0) >>> 0 < (halves[b] ?? 0) >>> 0 : highA < highB;
}

function int64At(halves: Int32Array, at: number): bigint {
  return (BigInt(halves[at + 1] ?? 0) << 32n) | BigInt((halves[at] ?? 0) >>> 0);
}
