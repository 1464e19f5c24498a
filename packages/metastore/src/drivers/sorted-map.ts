import { compareKeys } from '../key-order.ts';

const chunkMax = 512;

interface Chunk<T> {
  readonly keys: string[];
  readonly values: T[];
}

/** A map in the order of key bytes: sorted chunks, so that an insertion moves hundreds of entries, not all. */
export class SortedMap<T> {
  private readonly chunks: Chunk<T>[] = [];
  private readonly byKey = new Map<string, T>();

  get(key: string): T | undefined {
    return this.byKey.get(key);
  }

  set(key: string, value: T): void {
    const known = this.byKey.has(key);
    this.byKey.set(key, value);
    const at = this.chunkOf(key);
    const chunk = this.chunks[at];
    if (chunk === undefined) {
      this.chunks.push({ keys: [key], values: [value] });
      return;
    }
    const i = lowerBound(chunk.keys, key);
    chunk.keys.splice(i, known ? 1 : 0, key);
    chunk.values.splice(i, known ? 1 : 0, value);
    if (chunk.keys.length > chunkMax) {
      const half = chunk.keys.length >> 1;
      this.chunks.splice(at + 1, 0, { keys: chunk.keys.splice(half), values: chunk.values.splice(half) });
    }
  }

  delete(key: string): void {
    if (!this.byKey.delete(key)) return;
    const at = this.chunkOf(key);
    const chunk = this.chunks[at];
    if (chunk === undefined) return;
    const i = lowerBound(chunk.keys, key);
    chunk.keys.splice(i, 1);
    chunk.values.splice(i, 1);
    if (chunk.keys.length === 0) this.chunks.splice(at, 1);
  }

  /** Keys not below `from`, with their values. */
  *from(from: string): Generator<readonly [string, T]> {
    let at = this.chunkOf(from);
    let first = this.chunks[at];
    if (first === undefined) return;
    let i = lowerBound(first.keys, from);
    for (; first !== undefined; first = this.chunks[++at], i = 0) {
      for (; i < first.keys.length; i++) {
        const key = first.keys[i];
        const value = first.values[i];
        if (key !== undefined && value !== undefined) yield [key, value];
      }
    }
  }

  /** The last chunk that begins at or below the key; the first for a smaller key. */
  private chunkOf(key: string): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(this.chunks[middle]?.keys[0] ?? '', key) <= 0) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(keys[middle] ?? '', key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
