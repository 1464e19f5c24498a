import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BloomFilter, bloomSize } from './bloom-filter.ts';
import { hashKey, hashWords } from './key-hash.ts';
import { murmur3 } from './murmur3.ts';

const mask = (1n << 64n) - 1n;
const rotl = (x: bigint, r: bigint) => ((x << r) | (x >> (64n - r))) & mask;
const mix = (k: bigint) => {
  let x = k ^ (k >> 33n);
  x = (x * 0xff51afd7ed558ccdn) & mask;
  x ^= x >> 33n;
  x = (x * 0xc4ceb9fe1a85ec53n) & mask;
  return x ^ (x >> 33n);
};

/** MurmurHash3 x64-128 as its description reads, in BigInt: the slow truth. */
function murmurByBigInt(key: Uint8Array): [bigint, bigint] {
  const c1 = 0x87c37b91114253d5n;
  const c2 = 0x4cf5ad432745937fn;
  let h1 = 0n;
  let h2 = 0n;
  const padded = Buffer.concat([key, Buffer.alloc(16)]);
  const blocks = key.length >> 4;
  for (let i = 0; i <= blocks; i++) {
    const whole = i < blocks;
    const k1 = padded.readBigUInt64LE(16 * i);
    const k2 = padded.readBigUInt64LE(16 * i + 8);
    h1 ^= (rotl((k1 * c1) & mask, 31n) * c2) & mask;
    if (whole) h1 = ((rotl(h1, 27n) + h2) * 5n + 0x52dce729n) & mask;
    h2 ^= (rotl((k2 * c2) & mask, 33n) * c1) & mask;
    if (whole) h2 = ((rotl(h2, 31n) + h1) * 5n + 0x38495ab5n) & mask;
  }
  h1 ^= BigInt(key.length);
  h2 ^= BigInt(key.length);
  h1 = (h1 + h2) & mask;
  h2 = (h2 + h1) & mask;
  h1 = mix(h1);
  h2 = mix(h2);
  h1 = (h1 + h2) & mask;
  h2 = (h2 + h1) & mask;
  return [h1, h2];
}

function hash(key: Uint8Array): BigUint64Array {
  const out = new BigUint64Array(hashWords);
  hashKey(key, 0, key.length, out);
  return out;
}

function locations(key: Uint8Array, probes: number): bigint[] {
  const h = [...murmurByBigInt(key), ...murmurByBigInt(Buffer.concat([key, Uint8Array.of(1)]))];
  return Array.from({ length: probes }, (_, i) => {
    const j = 2 + Math.floor(((i + (i % 2)) % 4) / 2);
    return ((h[i % 2] ?? 0n) + BigInt(i) * (h[j] ?? 0n)) & mask;
  });
}

const int64 = (value: bigint) => new Uint8Array(BigInt64Array.of(value).buffer);

describe('murmur3 x64-128', () => {
  it('gives the published values', () => {
    const out = new BigUint64Array(2);
    const words = new BigUint64Array(2);
    const bytes = Buffer.from(words.buffer);
    bytes.write('hello');
    murmur3(words, 5, out, 0);
    expect([...out]).toEqual([0xcbd8a7b341bd9b02n, 0x5b1e906a48ae1d19n]);
    bytes[5] = 1;
    murmur3(words, 6, out, 0);
    expect([...out]).toEqual([0xb8ea181a11c6bf22n, 0x5e839703b348769cn]);
  });

  it('agrees with 64-bit arithmetic for keys of every length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (key) => {
        const want = [...murmurByBigInt(key), ...murmurByBigInt(Buffer.concat([key, Uint8Array.of(1)]))];
        expect([...hash(key)]).toEqual(want);
      }),
      { numRuns: 500 },
    );
  });
});

describe('bloom filter', () => {
  it('has the sizes of Milvus', () => {
    const sizes = [1, 2, 3, 10, 100, 1000, 100_000].map((keys) => Object.values(bloomSize(keys)));
    expect(sizes).toEqual([
      [12, 9],
      [23, 8],
      [34, 8],
      [111, 8],
      [1103, 8],
      [11028, 8],
      [1102776, 8],
    ]);
  });

  it('probes where Milvus probes', () => {
    expect(locations(int64(1n), 8)).toEqual([
      19144387141682250n,
      8144746367672072316n,
      7439471203236511030n,
      16029205471849215091n,
      15478641070107758470n,
      4538655926152178260n,
      3833380761716616974n,
      13041958081105739695n,
    ]);
  });

  it('has the published bytes for int64 and varchar keys', () => {
    const ints = BloomFilter.forKeys(3);
    for (const key of [1n, 2n, 3n]) ints.add(hash(int64(key)));
    expect(ints.toBase64()).toBe('AAAAAAAAACIAAAADcV1R3A==');
    const strings = BloomFilter.forKeys(2);
    for (const key of ['a', 'b<c>&']) strings.add(hash(Buffer.from(key)));
    expect(strings.toBase64()).toBe('AAAAAAAAABcAAAAAAHTUKw==');
  });

  it('sets exactly the bits that 64-bit arithmetic names, for any size', () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 50_000_000 }));
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), size, (key, bits) => {
        const filter = new BloomFilter(bits, 9);
        filter.add(hash(key));
        const want = new Set(locations(key, 9).map((value) => Number(value % BigInt(bits))));
        const bytes = Buffer.from(filter.toBase64(), 'base64url');
        for (const bit of want) {
          const word = 8 + 8 * Math.floor(bit / 64);
          expect((bytes.readBigUInt64BE(word) >> BigInt(bit % 64)) & 1n).toBe(1n);
        }
        expect(ones(bytes.subarray(8))).toBe(want.size);
        expect(filter.has(hash(key))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('never denies a key that was added, also after a round trip, and seldom admits another', () => {
    const filter = BloomFilter.forKeys(2000);
    for (let key = 0n; key < 2000n; key++) filter.add(hash(int64(key * 7919n - 5000n)));
    const read = BloomFilter.fromBase64(filter.bits, filter.probes, filter.toBase64());
    expect(read.toBase64()).toBe(filter.toBase64());
    for (let key = 0n; key < 2000n; key++) expect(read.has(hash(int64(key * 7919n - 5000n)))).toBe(true);
    let admitted = 0;
    for (let key = 0n; key < 10_000n; key++) if (read.has(hash(int64(key * 7919n - 4999n)))) admitted++;
    expect(admitted).toBeLessThan(120);
  });

  it('refuses contradicting sizes', () => {
    expect(() => BloomFilter.fromBase64(34, 8, 'AAAAAAAAACMAAAADcV1R3A==')).toThrow(
      /two different bit counts/,
    );
    expect(() => BloomFilter.fromBase64(65, 8, 'AAAAAAAAACIAAAADcV1R3A==')).toThrow(/characters for 65 bits/);
    expect(() => BloomFilter.fromBase64(34, 0, 'AAAAAAAAACIAAAADcV1R3A==')).toThrow(/0 probes/);
    expect(() => BloomFilter.fromBase64(34, 8, 'AAAAAAAAACIAAAADcV1R3+==')).toThrow(/outside base64url/);
  });
});

function ones(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) for (let rest = byte; rest > 0; rest &= rest - 1) count++;
  return count;
}
