import { Invalid } from '@millrace/core';
import type { ByteRange } from './object-store.ts';

/** Throws Invalid unless offset and length are whole numbers from 0. */
export function checkRange(range: ByteRange): void {
  if (isCount(range.offset) && isCount(range.length)) return;
  throw new Invalid(
    `byte range ${range.offset}+${range.length}: offset and length must be whole numbers from 0`,
  );
}

/** First byte, and the byte behind the last, that an object of `bytes` bytes has of a range. */
export function clampRange(
  range: ByteRange | undefined,
  bytes: number,
): { readonly start: number; readonly end: number } {
  if (range === undefined) return { start: 0, end: bytes };
  const start = Math.min(range.offset, bytes);
  return { start, end: Math.min(start + range.length, bytes) };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
