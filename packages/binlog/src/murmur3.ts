/*
 * MurmurHash3 x64-128 with seed 0 in BigInt arithmetic. Each product and sum is cut to 64 bits where it is made, by the built-in itself: so
 * the engine keeps all of it in machine words and makes no BigInt, which is several times faster than 32-bit limbs.
 */

const cut = BigInt.asUintN;

const c1 = 0x87c37b91114253d5n;
const c2 = 0x4cf5ad432745937fn;
const f1 = 0xff51afd7ed558ccdn;
const f2 = 0xc4ceb9fe1a85ec53n;

function mix1(word: bigint): bigint {
  const k = cut(64, word * c1);
  return cut(64, cut(64, cut(64, k << 31n) | (k >> 33n)) * c2);
}

function mix2(word: bigint): bigint {
  const k = cut(64, word * c2);
  return cut(64, cut(64, cut(64, k << 33n) | (k >> 31n)) * c1);
}

/** Mixes the two halves into `out[at, at + 2)`. */
function finish(h1: bigint, h2: bigint, out: BigUint64Array, at: number): void {
  let a = cut(64, h1 + h2);
  let b = cut(64, h2 + a);
  a = cut(64, a ^ (a >> 33n));
  a = cut(64, a * f1);
  a = cut(64, a ^ (a >> 33n));
  a = cut(64, a * f2);
  a = cut(64, a ^ (a >> 33n));
  b = cut(64, b ^ (b >> 33n));
  b = cut(64, b * f1);
  b = cut(64, b ^ (b >> 33n));
  b = cut(64, b * f2);
  b = cut(64, b ^ (b >> 33n));
  a = cut(64, a + b);
  out[at] = a;
  out[at + 1] = cut(64, b + a);
}

/** What a tail of a single byte 1 leaves in the second half, and that with the length 9. */
const oneInSecondHalf = mix2(1n) ^ 9n;

/** Hashes the 8 bytes of a little-endian word into `out[at, at + 2)`, and the same bytes with a 1 behind them into `out[at + 2, at + 4)`. */
export function murmur3OfWord(word: bigint, out: BigUint64Array, at: number): void {
  const mixed = mix1(word);
  finish(cut(64, mixed ^ 8n), 8n, out, at);
  finish(cut(64, mixed ^ 9n), oneInSecondHalf, out, at + 2);
}

/** Two halves of the state between blocks: kept in words, because a local variable that lives through a loop becomes a BigInt. */
const state = new BigUint64Array(2);
/** A length as a word. */
const lengthWord = new BigUint64Array(1);

/**
 * Hashes the first `length` bytes of `words` into `out[at, at + 2)`. Behind them must be zeros up to the end of the block of 16 bytes in which
 * byte `length` lies.
 */
export function murmur3(words: BigUint64Array, length: number, out: BigUint64Array, at: number): void {
  state.fill(0n);
  const end = 2 * (length >> 4);
  for (let i = 0; i < end; i += 2) block(words, i);
  lengthWord[0] = BigInt(length);
  const bytes = lengthWord[0] ?? 0n;
  finish(
    cut(64, (state[0] ?? 0n) ^ mix1(words[end] ?? 0n) ^ bytes),
    cut(64, (state[1] ?? 0n) ^ mix2(words[end + 1] ?? 0n) ^ bytes),
    out,
    at,
  );
}

function block(words: BigUint64Array, i: number): void {
  let h1 = cut(64, (state[0] ?? 0n) ^ mix1(words[i] ?? 0n));
  let h2 = state[1] ?? 0n;
  h1 = cut(64, cut(64, h1 << 27n) | (h1 >> 37n));
  h1 = cut(64, cut(64, cut(64, h1 + h2) * 5n) + 0x52dce729n);
  h2 = cut(64, h2 ^ mix2(words[i + 1] ?? 0n));
  h2 = cut(64, cut(64, h2 << 31n) | (h2 >> 33n));
  h2 = cut(64, cut(64, cut(64, h2 + h1) * 5n) + 0x38495ab5n);
  state[0] = h1;
  state[1] = h2;
}
