import { Corrupt, Invalid } from '@millrace/core';
import type { KeyHash } from './key-hash.ts';

/** False positive rate of Milvus' filters. */
const falsePositives = 0.005;

const twoTo32 = 2 ** 32;

/** Filters with this many bits or more, or this many probes, are not built by anybody: such a size in a file is damage. */
const bitsEnd = 2 ** 32;
const probesMax = 64;

/** The probes of the key at hand, reused, and the same as halves, low half first. */
const sums = new BigUint64Array(probesMax);
const sumHalves = new Uint32Array(sums.buffer);
const smallNumbers = BigUint64Array.from({ length: probesMax }, (_, i) => BigInt(i));
const cut = BigInt.asUintN;

/**
 * The probes of one key before the remainder: (h[i mod 2] + i · h[j]) mod 2^64, j in the order 2 3 3 2. The eight that nearly all filters
 * have are written out: constants stay machine words.
 */
function sumUp(hashes: KeyHash, at: number, probes: number): void {
  const a = hashes[at] ?? 0n;
  const b = hashes[at + 1] ?? 0n;
  const c = hashes[at + 2] ?? 0n;
  const d = hashes[at + 3] ?? 0n;
  sums[0] = a;
  sums[1] = cut(64, b + d);
  sums[2] = cut(64, a + cut(64, 2n * d));
  sums[3] = cut(64, b + cut(64, 3n * c));
  sums[4] = cut(64, a + cut(64, 4n * c));
  sums[5] = cut(64, b + cut(64, 5n * d));
  sums[6] = cut(64, a + cut(64, 6n * d));
  sums[7] = cut(64, b + cut(64, 7n * c));
  for (let i = 8; i < probes; i++) {
    const step = ((i + (i & 1)) & 3) === 2 ? d : c;
    sums[i] = cut(64, ((i & 1) === 0 ? a : b) + cut(64, (smallNumbers[i] ?? 0n) * step));
  }
}

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
  readonly words: Uint32Array<ArrayBuffer>;
  readonly #inverse: number;
  /** 2^32 mod bits where one remainder of a whole number below 2^53 is enough, else 0. */
  readonly #highFactor: number;

  constructor(bits: number, probes: number, words = new Uint32Array(2 * Math.ceil(bits / 64))) {
    this.bits = bits;
    this.probes = probes;
    this.words = words;
    this.#inverse = 1 / bits;
    this.#highFactor = bits < 2 ** 20 ? twoTo32 % bits : 0;
  }

  /** An empty filter with room for this many keys. */
  static forKeys(keys: number): BloomFilter {
    if (!(keys >= 1 && keys < 2 ** 28)) throw new Invalid(`a bloom filter for ${keys} keys cannot be built`);
    const { bits, probes } = bloomSize(keys);
    return new BloomFilter(bits, probes);
  }

  /** Adds the key whose hash lies at `hashes[at, at + 4)`. */
  add(hashes: KeyHash, at = 0): void {
    sumUp(hashes, at, this.probes);
    const { words, probes } = this;
    for (let i = 0; i < probes; i++) {
      const bit = this.#location(i);
      words[bit >>> 5] = (words[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
  }

  /** Whether the key may have been added: false is certain. */
  has(hashes: KeyHash, at = 0): boolean {
    sumUp(hashes, at, this.probes);
    for (let i = 0; i < this.probes; i++) {
      const bit = this.#location(i);
      if (((this.words[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  /** Probe `i` mod bits: a division of words is several times slower than this. */
  #location(i: number): number {
    const low = sumHalves[2 * i] ?? 0;
    const high = sumHalves[2 * i + 1] ?? 0;
    // 2^32 · (2^20 - 1) + 2^32 stays exact.
    if (this.#highFactor > 0) return this.#mod(high * this.#highFactor + low);
    // 2^16 · (m - 1) + 2^16 stays exact for m below 2^32, so the remainder is taken 16 bits at a time.
    const middle = this.#mod(this.#mod(high) * 0x10000 + (low >>> 16));
    return this.#mod(middle * 0x10000 + (low & 0xffff));
  }

  /** Remainder of a whole number below 2^53, without the slow floating point `%`. */
  #mod(value: number): number {
    const rest = value - Math.floor(value * this.#inverse) * this.bits;
    if (rest < 0) return rest + this.bits;
    return rest >= this.bits ? rest - this.bits : rest;
  }

  /** Base64url form of the stats log: bit count, then the 64-bit words, all big-endian, with padding. */
  toBase64(): string {
    const bytes = Buffer.alloc(8 + 4 * this.words.length);
    bytes.writeBigUInt64BE(BigInt(this.bits));
    for (let word = 0; word < this.words.length; word += 2) {
      bytes.writeUInt32BE(this.words[word + 1] ?? 0, 8 + 4 * word);
      bytes.writeUInt32BE(this.words[word] ?? 0, 12 + 4 * word);
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
