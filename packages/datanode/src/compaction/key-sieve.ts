/** Bits per key: about one foreign key in sixteen passes. */
const bitsPerKey = 16;

/**
 * Rules keys out without making them values: most rows are not deleted, and a bigint or a string for each would be garbage. What it lets
 * pass may be there.
 */
export class KeySieve {
  private readonly words: Uint32Array;
  private readonly shift: number;

  constructor(keys: number) {
    const bits = Math.min(31, Math.max(5, Math.ceil(Math.log2(bitsPerKey * Math.max(1, keys)))));
    this.words = new Uint32Array(2 ** (bits - 5));
    this.shift = 32 - bits;
  }

  /** Adds the key whose bytes are `[start, end)`. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const bit = this.bitOf(bytes, start, end);
    this.words[bit >>> 5] = (this.words[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }

  mayHave(bytes: Uint8Array, start: number, end: number): boolean {
    const bit = this.bitOf(bytes, start, end);
    return ((this.words[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  /** FNV-1a, and a multiplication that brings its good bits to the top. */
  private bitOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
    return Math.imul(hash, 0x9e3779b1) >>> this.shift;
  }
}
