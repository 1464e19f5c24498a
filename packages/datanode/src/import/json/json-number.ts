/** So many digits are exact in a double. */
const exactDigits = 15;
/** Powers of ten that are exact in a double. */
const powers = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

const [minus, dot] = [0x2d, 0x2e];

/** The integer literal at `bytes[start, end)`; undefined when it has more digits than a double holds. */
export function smallInteger(bytes: Uint8Array, start: number, end: number): number | undefined {
  const negative = bytes[start] === minus;
  const first = negative ? start + 1 : start;
  if (end - first > exactDigits) return undefined;
  let value = 0;
  for (let at = first; at < end; at++) value = value * 10 + (bytes[at] ?? 0) - 0x30;
  return negative ? -value : value;
}

/** The leading digits of a number literal that has no exponent. */
class Decimal {
  /** The first digits as an integer, exact. */
  digits = 0;
  /** What `digits` is divided by, exact. */
  power = 1;
  isNegative = false;
  /** Digits behind the point were left out: the number is at least `digits`, below `digits` + 1, over `power`. */
  isCut = false;

  /** False for a literal that cannot be read so. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.isNegative = bytes[start] === minus;
    this.isCut = false;
    let count = 0;
    let behindPoint = 0;
    let digits = 0;
    let isBehind = false;
    for (let at = this.isNegative ? start + 1 : start; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === dot) {
        isBehind = true;
        continue;
      }
      const digit = byte - 0x30;
      // An exponent.
      if (digit < 0 || digit > 9) return false;
      if (count === exactDigits) {
        if (!isBehind) return false;
        this.isCut = true;
        continue;
      }
      if (isBehind) behindPoint++;
      if (count > 0 || digit > 0) count++;
      digits = digits * 10 + digit;
    }
    const power = powers[behindPoint];
    if (power === undefined) return false;
    this.digits = digits;
    this.power = power;
    return true;
  }
}

const decimal = new Decimal();

/** The double nearest to the number literal at `bytes[start, end)`; infinite when it is out of range. */
export function doubleOf(bytes: Buffer, start: number, end: number): number {
  // Of few digits and a small power of ten, both exact, one division gives the nearest double.
  if (decimal.read(bytes, start, end) && !decimal.isCut) {
    const magnitude = decimal.digits / decimal.power;
    return decimal.isNegative ? -magnitude : magnitude;
  }
  return Number(bytes.toString('latin1', start, end));
}

/** The float that `doubleOf` rounds to. Most files have more digits of a float than it has. */
export function floatOf(bytes: Buffer, start: number, end: number): number {
  if (decimal.read(bytes, start, end)) {
    const { digits, power, isNegative, isCut } = decimal;
    const low = Math.fround(digits / power);
    // Rounding keeps the order: when both bounds become the same float, so does what lies between them.
    if (!isCut || low === Math.fround((digits + 1) / power)) return isNegative ? -low : low;
  }
  return Math.fround(Number(bytes.toString('latin1', start, end)));
}
