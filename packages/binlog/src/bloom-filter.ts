import { Corrupt, Invalid } from '@millrace/core';
import type { KeyHash } from './key-hash.ts';

/** False positive rate of Milvus' filters. */
const falsePositives = 0.005;

const twoTo32 = 2 ** 32;

/** Filters with this many bits or more, or this many probes, are not built by anybody: such a size in a file is damage. */
const bitsEnd = 2 ** 32;
const probesMax = 64;

/** Bits and probes of a filter for `keys` keys. Source: formats §7.2. */
export function bloomSize(keys: number): { readonly bits: number; readonly probes: number } {
  const bits = Math.max(1, Math.ceil((-keys * Math.log(falsePositives)) / Math.LN2 ** 2));
  return { bits, probes: Math.max(1, Math.ceil((Math.LN2 * bits) / keys)) };
}

/** The filter of Milvus' stats logs (bits-and-blooms v3), bit for bit. It never denies a key that was added. */
export class BloomFilter {
  /** m and k of the stats log. */
  readonly bits: number;
  readonly probes: number;
  /** Bit i is bit `i mod 32` of word `i / 32`. */
  readonly #words: Uint32Array;
  readonly #inverse: number;

  constructor(bits: number, probes: number, words = new Uint32Array(2 * Math.ceil(bits / 64))) {
    this.bits = bits;
    this.probes = probes;
    this.#words = words;
    this.#inverse = 1 / bits;
  }

  /** An empty filter with room for this many keys. */
  static forKeys(keys: number): BloomFilter {
    if (!(keys >= 1 && keys < 2 ** 28)) throw new Invalid(`a bloom filter for ${keys} keys cannot be built`);
    const { bits, probes } = bloomSize(keys);
    return new BloomFilter(bits, probes);
  }

  /** Adds the key whose hash lies at `hashes[at, at + 8)`. */
  add(hashes: KeyHash, at = 0): void {
    for (let i = 0; i < this.probes; i++) {
      const bit = this.#location(hashes, at, i);
      this.#words[bit >>> 5] = (this.#words[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
  }

  /** Whether the key may have been added: false is certain. */
  has(hashes: KeyHash, at = 0): boolean {
    for (let i = 0; i < this.probes; i++) {
      const bit = this.#location(hashes, at, i);
      if (((this.#words[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  /** (h[i mod 2] + i · h[j]) mod 2^64 mod bits, j in the order 2 3 3 2. */
  #location(hashes: KeyHash, at: number, i: number): number {
    const base = at + 2 * (i & 1);
    const step = at + (((i + (i & 1)) & 3) === 2 ? 6 : 4);
    // i is below 2^6 and a half below 2^32: the products are exact.
    const low = ((hashes[base] ?? 0) >>> 0) + i * ((hashes[step] ?? 0) >>> 0);
    const lowWord = low >>> 0;
    const high = (hashes[base + 1] ?? 0) + i * (hashes[step + 1] ?? 0) + (low - lowWord) / twoTo32;
    // 2^16 · (m - 1) + 2^16 stays exact for m below 2^32, so the remainder is taken 16 bits at a time.
    const top = this.#mod(high >>> 0);
    const middle = this.#mod(top * 0x10000 + (lowWord >>> 16));
    return this.#mod(middle * 0x10000 + (lowWord & 0xffff));
  }

  /** Remainder of a whole number below 2^48, without the slow floating point `%`. */
  #mod(value: number): number {
    const rest = value - Math.floor(value * this.#inverse) * this.bits;
    if (rest < 0) return rest + this.bits;
    return rest >= this.bits ? rest - this.bits : rest;
  }

  /** Base64url form of the stats log: bit count, then the 64-bit words, all big-endian, with padding. */
  toBase64(): string {
    const bytes = Buffer.alloc(8 + 4 * this.#words.length);
    bytes.writeBigUInt64BE(BigInt(this.bits));
    for (let word = 0; word < this.#words.length; word += 2) {
      bytes.writeUInt32BE(this.#words[word + 1] ?? 0, 8 + 4 * word);
      bytes.writeUInt32BE(this.#words[word] ?? 0, 12 + 4 * word);
    }
    return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  }

  /** @throws Corrupt when the sizes contradict each other or the text is not base64url */
  static fromBase64(bits: number, probes: number, text: string): BloomFilter {
    if (!Number.isInteger(bits) || bits < 1 || bits >= bitsEnd) throw damaged(`${bits} bits`);
    if (!Number.isInteger(probes) || probes < 1 || probes > probesMax) throw damaged(`${probes} probes`);
    const size = 8 + 8 * Math.ceil(bits / 64);
    if (text.length !== 4 * Math.ceil(size / 3)) throw damaged(`${text.length} characters for ${bits} bits`);
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length !== size || bytes.toString('base64url') !== text.replace(/={1,2}$/, '')) {
      throw damaged('characters outside base64url');
    }
    if (bytes.readBigUInt64BE() !== BigInt(bits)) throw damaged('two different bit counts');
    const words = new Uint32Array(size / 4 - 2);
    for (let word = 0; word < words.length; word += 2) {
      words[word + 1] = bytes.readUInt32BE(8 + 4 * word);
      words[word] = bytes.readUInt32BE(12 + 4 * word);
    }
    return new BloomFilter(bits, probes, words);
  }
}

function damaged(what: string): Corrupt {
  return new Corrupt(`bloom filter of a stats log has ${what}: rewrite the stats log from its segment`);
}
