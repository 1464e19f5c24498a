import { murmur3, murmur3OfWord } from './murmur3.ts';

/** Four 64-bit hashes per key: what a bloom filter of any size needs of it. */
export type KeyHash = BigUint64Array;

/** Numbers per key in a KeyHash. */
export const hashWords = 4;

/** Reused: hashing needs the key followed by zeros, and by a 1 for the second pair. */
let scratch = new BigUint64Array(128);
let scratchBytes = new Uint8Array(scratch.buffer);

/** Hashes `bytes[start, end)`: int64 keys as 8 little-endian bytes, varchar keys as UTF-8. Source: formats §7.2. */
export function hashKey(bytes: Uint8Array, start: number, end: number, out: KeyHash, at = 0): void {
  const length = end - start;
  if (length + 32 > scratchBytes.length) {
    scratch = new BigUint64Array(Math.ceil(length / 4) + 4);
    scratchBytes = new Uint8Array(scratch.buffer);
  }
  for (let i = 0; i < length; i++) scratchBytes[i] = bytes[start + i] ?? 0;
  if (length === 8) {
    hashWord(scratch[0] ?? 0n, out, at);
    return;
  }
  scratchBytes.fill(0, length, (length + 32) & ~15);
  murmur3(scratch, length, out, at);
  scratchBytes[length] = 1;
  murmur3(scratch, length + 1, out, at + 2);
}

/** Hashes the key of 8 bytes that this word is, read as little-endian. */
export function hashWord(word: bigint, out: KeyHash, at = 0): void {
  murmur3OfWord(word, out, at);
}
