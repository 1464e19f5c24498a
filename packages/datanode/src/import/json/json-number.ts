/** So many digits are exact in a double. */
const exactDigits = 15;
/** Powers of ten that are exact in a double. */
const powers = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

const minus = 0x2d;
const dot = 0x2e;

/** The integer literal at `bytes[start, end)`; undefined when it has more digits than a double holds. */
export function smallInteger(bytes: Uint8Array, start: number, end: number): number | undefined {
  const negative = bytes[start] === minus;
  const first = negative ? start + 1 : start;
  if (end - first > exactDigits) return undefined;
  let value = 0;
  for (let at = first; at < end; at++) value = value * 10 + (bytes[at] ?? 0) - 0x30;
  return negative ? -value : value;
}

/** The double nearest to the number literal at `bytes[start, end)`; infinite when it is out of range. */
export function doubleOf(bytes: Buffer, start: number, end: number): number {
  const quick = exactDouble(bytes, start, end);
  return quick ?? Number(bytes.toString('latin1', start, end));
}

/** Of few digits and a small power of ten, both exact, one division gives the nearest double: most numbers of files are such. */
function exactDouble(bytes: Uint8Array, start: number, end: number): number | undefined {
  const negative = bytes[start] === minus;
  let digits = 0;
  let behindPoint = 0;
  let value = 0;
  let isBehind = false;
  for (let at = negative ? start + 1 : start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === dot) {
      isBehind = true;
      continue;
    }
    const digit = byte - 0x30;
    // An exponent.
    if (digit < 0 || digit > 9) return undefined;
    if (isBehind) behindPoint++;
    if (digits > 0 || digit > 0) digits++;
    if (digits > exactDigits) return undefined;
    value = value * 10 + digit;
  }
  const power = powers[behindPoint];
  if (power === undefined) return undefined;
  const magnitude = value / power;
  return negative ? -magnitude : magnitude;
}
