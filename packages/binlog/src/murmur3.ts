/*
 * MurmurHash3 x64-128 with seed 0 in 32-bit limbs: every 64-bit value is a (lo, hi) pair of signed 32-bit numbers, so that
 * no BigInt is made per key.
 */

const c1Lo = 0x114253d5;
const c1Hi = 0x87c37b91 | 0;
const c2Lo = 0x2745937f;
const c2Hi = 0x4cf5ad43;

/** High 32 bits of the unsigned product of two 32-bit numbers. */
function mulHigh(a: number, b: number): number {
  const aLo = a & 0xffff;
  const aHi = a >>> 16;
  const bLo = b & 0xffff;
  const bHi = b >>> 16;
  const middle = aHi * bLo + (Math.imul(aLo, bLo) >>> 16);
  const cross = aLo * bHi + (middle & 0xffff);
  // Both sums stay below 2^32, so their halves are exact.
  return (aHi * bHi + (middle >>> 16) + (cross >>> 16)) | 0;
}

/** High half of the low 64 bits of a product; the low half is Math.imul(aLo, bLo). */
function mul64High(aLo: number, aHi: number, bLo: number, bHi: number): number {
  return (mulHigh(aLo, bLo) + Math.imul(aHi, bLo) + Math.imul(aLo, bHi)) | 0;
}

/** Carry out of the unsigned addition whose low result is `sum` and one of whose terms is `term`. */
function carry(sum: number, term: number): number {
  return sum >>> 0 < term >>> 0 ? 1 : 0;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}

/**
 * Hashes `bytes[0, length)` and stores the two 64-bit results at `out[at, at + 4)`: lo and hi of the first, lo and hi of the second.
 * `bytes` must hold 15 zero bytes after `length` up to the next multiple of 16: the tail is read as whole words.
 */
export function murmur3(bytes: Uint8Array, length: number, out: Int32Array, at: number): void {
  let h1Lo = 0;
  let h1Hi = 0;
  let h2Lo = 0;
  let h2Hi = 0;
  const blocksEnd = length & ~15;
  for (let offset = 0; offset < length; offset += 16) {
    const whole = offset < blocksEnd;
    let lo = wordAt(bytes, offset);
    let hi = wordAt(bytes, offset + 4);
    // k1 = rotl(k1 * c1, 31) * c2
    let tHi = mul64High(lo, hi, c1Lo, c1Hi);
    let tLo = Math.imul(lo, c1Lo);
    lo = (tLo << 31) | (tHi >>> 1);
    hi = (tHi << 31) | (tLo >>> 1);
    tHi = mul64High(lo, hi, c2Lo, c2Hi);
    h1Lo ^= Math.imul(lo, c2Lo);
    h1Hi ^= tHi;
    if (whole) {
      // h1 = (rotl(h1, 27) + h2) * 5 + 0x52dce729
      tLo = (h1Lo << 27) | (h1Hi >>> 5);
      tHi = (h1Hi << 27) | (h1Lo >>> 5);
      lo = (tLo + h2Lo) | 0;
      hi = (tHi + h2Hi + carry(lo, tLo)) | 0;
      tLo = Math.imul(lo, 5);
      tHi = mul64High(lo, hi, 5, 0);
      h1Lo = (tLo + 0x52dce729) | 0;
      h1Hi = (tHi + carry(h1Lo, tLo)) | 0;
    }
    // k2 = rotl(k2 * c2, 33) * c1
    lo = wordAt(bytes, offset + 8);
    hi = wordAt(bytes, offset + 12);
    tHi = mul64High(lo, hi, c2Lo, c2Hi);
    tLo = Math.imul(lo, c2Lo);
    lo = (tHi << 1) | (tLo >>> 31);
    hi = (tLo << 1) | (tHi >>> 31);
    tHi = mul64High(lo, hi, c1Lo, c1Hi);
    h2Lo ^= Math.imul(lo, c1Lo);
    h2Hi ^= tHi;
    if (whole) {
      // h2 = (rotl(h2, 31) + h1) * 5 + 0x38495ab5
      tLo = (h2Lo << 31) | (h2Hi >>> 1);
      tHi = (h2Hi << 31) | (h2Lo >>> 1);
      lo = (tLo + h1Lo) | 0;
      hi = (tHi + h1Hi + carry(lo, tLo)) | 0;
      tLo = Math.imul(lo, 5);
      tHi = mul64High(lo, hi, 5, 0);
      h2Lo = (tLo + 0x38495ab5) | 0;
      h2Hi = (tHi + carry(h2Lo, tLo)) | 0;
    }
  }
  h1Lo ^= length;
  h2Lo ^= length;
  let sum = (h1Lo + h2Lo) | 0;
  h1Hi = (h1Hi + h2Hi + carry(sum, h1Lo)) | 0;
  h1Lo = sum;
  sum = (h2Lo + h1Lo) | 0;
  h2Hi = (h2Hi + h1Hi + carry(sum, h2Lo)) | 0;
  h2Lo = sum;
  finish(h1Lo, h1Hi, out, at);
  finish(h2Lo, h2Hi, out, at + 2);
  // h1 += h2; h2 += h1
  h1Lo = out[at] ?? 0;
  h2Lo = out[at + 2] ?? 0;
  sum = (h1Lo + h2Lo) | 0;
  const firstHi = ((out[at + 1] ?? 0) + (out[at + 3] ?? 0) + carry(sum, h1Lo)) | 0;
  out[at] = sum;
  out[at + 1] = firstHi;
  const second = (h2Lo + sum) | 0;
  out[at + 3] = ((out[at + 3] ?? 0) + firstHi + carry(second, h2Lo)) | 0;
  out[at + 2] = second;
}

/** Murmur's final mix of one 64-bit value. */
function finish(keyLo: number, keyHi: number, out: Int32Array, at: number): void {
  let lo = keyLo ^ (keyHi >>> 1);
  let hi = keyHi;
  let tHi = mul64High(lo, hi, 0xed558ccd | 0, 0xff51afd7 | 0);
  let tLo = Math.imul(lo, 0xed558ccd);
  lo = tLo ^ (tHi >>> 1);
  hi = tHi;
  tHi = mul64High(lo, hi, 0x1a85ec53, 0xc4ceb9fe | 0);
  tLo = Math.imul(lo, 0x1a85ec53);
  out[at] = tLo ^ (tHi >>> 1);
  out[at + 1] = tHi;
}
