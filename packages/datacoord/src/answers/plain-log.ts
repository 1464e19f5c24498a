import { isFollowed } from '../meta/log-bytes.ts';

/** What stands where in logs that `plainLogs` of meta holds to be plain, which is taken for granted. */

/** Where the id of the field ends that an encoded `data.FieldBinlog` begins with; `start` where it has none. */
export function behindFieldID(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end || bytes[start] !== 0x08) return start;
  let at = start + 1;
  while ((bytes[at] ?? 0) >= 0x80) at++;
  return at + 1;
}

/** The id between `start` and `end`, with its tag; 0 for none. */
export function fieldIDBetween(bytes: Uint8Array, start: number, end: number): number {
  let id = 0;
  for (let at = end - 1; at > start; at--) id = (id << 7) | ((bytes[at] ?? 0) & 0x7f);
  return id;
}

/** Where a log begins that has its tag at `at`: its length takes a byte or two. */
export function startOfLog(bytes: Uint8Array, at: number): number {
  return (bytes[at + 1] ?? 0) < 0x80 ? at + 2 : at + 3;
}

/** … and where it ends. */
export function endOfLog(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1] ?? 0;
  return length < 0x80 ? at + 2 + length : at + 3 + ((length & 0x7f) | ((bytes[at + 2] ?? 0) << 7));
}

/** Where the number begins that ends at `end`: every number ends in its only byte below 0x80, its tag is the next such byte before it. */
export function startOfNumber(bytes: Uint8Array, end: number): number {
  let start = end - 1;
  while ((bytes[start - 1] ?? 0) >= 0x80) start--;
  return start;
}

/** The same for the id that ends a log. Nearly all take nine bytes: eight that are followed by more, and the last one. */
export function startOfID(bytes: Uint8Array, view: DataView, end: number): number {
  const isNine = end >= 9 && isFollowed(view.getInt32(end - 9)) && isFollowed(view.getInt32(end - 5));
  return isNine ? end - 9 : startOfNumber(bytes, end);
}

/** Whether a number is certainly of 18 digits, as Milvus' ids are, which begin with the time they were given: its bits from the 50th on say so. */
export function hasEighteenDigits(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 9) return false;
  const upper = ((bytes[end - 1] ?? 0) << 7) | ((bytes[end - 2] ?? 0) & 0x7f);
  return upper > upperOfSmallest && upper < upperOfLargest;
}

const upperOfSmallest = Math.floor(1e17 / 2 ** 49);
const upperOfLargest = Math.floor(1e18 / 2 ** 49);
