import { Invalid } from '@millrace/core';

/** Most bytes of a key. Source: what an lmdb page of 4 KiB takes, less room for our own prefixes. */
export const keyBytesMax = 1024;

/** Order of the UTF-8 bytes, which the order of JavaScript strings is not: UTF-16 puts surrogates before U+E000. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

export function checkKey(key: string): void {
  if (key === '') throw new Invalid('a key must not be empty');
  const bytes = Buffer.byteLength(key);
  if (bytes > keyBytesMax)
    throw new Invalid(`key ${key.slice(0, 80)}… has ${bytes} bytes: at most ${keyBytesMax}`);
  if (!key.isWellFormed()) throw new Invalid(`key ${JSON.stringify(key)} is not well-formed Unicode`);
}
