import { murmur3 } from './murmur3.ts';

/** Four 64-bit hashes per key as eight signed 32-bit halves, low half first: what a bloom filter of any size needs of it. */
export type KeyHash = Int32Array;

/** Numbers per key in a KeyHash. */
export const hashWords = 8;

/** Reused: hashing needs the key followed by zeros, and by a 1 for the second pair. */
let scratch = new Uint8Array(1024);

/** Hashes `bytes[start, end)`: int64 keys as 8 little-endian bytes, varchar keys as UTF-8. Source: formats §7.2. */
export function hashKey(bytes: Uint8Array, start: number, end: number, out: KeyHash, at = 0): void {
  const length = end - start;
  if (length + 32 > scratch.length) scratch = new Uint8Array(2 * length + 32);
  const padded = (length + 16) & ~15;
  for (let i = 0; i < length; i++) scratch[i] = bytes[start + i] ?? 0;
  for (let i = length; i < padded; i++) scratch[i] = 0;
  murmur3(scratch, length, out, at);
  scratch[length] = 1;
  murmur3(scratch, length + 1, out, at + 4);
}
