import { Invalid } from '@millrace/core';

/** S3's limit of a whole key, and what file systems allow for one part, in UTF-8 bytes. */
const keyBytesMax = 1024;
const partBytesMax = 255;

/** Throws Invalid unless every driver can store an object under this key. */
export function checkKey(key: string): void {
  const fault = faultOfKey(key);
  if (fault === undefined) return;
  throw new Invalid(
    `object key ${JSON.stringify(key.slice(0, 200))} ${fault}: use a relative path such as files/a/b`,
  );
}

/** Throws Invalid for a prefix that no valid key could begin with. The last part may be cut anywhere; an empty prefix means all keys. */
export function checkPrefix(prefix: string): void {
  if (prefix === '') return;
  const cut = prefix.lastIndexOf('/');
  const fault = faultOfKey(prefix.endsWith('/') ? prefix.slice(0, -1) : `${prefix.slice(0, cut + 1)}x`);
  const fragment = prefix.slice(cut + 1);
  if (fault === undefined && faultOfCharacters(fragment) === undefined) return;
  throw new Invalid(
    `prefix ${JSON.stringify(prefix.slice(0, 200))} matches no object key: use a relative path such as files/a/`,
  );
}

/** Order of keys in listings: by their UTF-8 bytes, which is not JavaScript's order beyond the basic plane. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above every other unit: lift them over U+E000..U+FFFF. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function faultOfKey(key: string): string | undefined {
  if (key === '') return 'is empty';
  if (Buffer.byteLength(key) > keyBytesMax) return `is longer than ${keyBytesMax} bytes`;
  const characters = faultOfCharacters(key);
  if (characters !== undefined) return characters;
  for (const part of key.split('/')) {
    if (part === '') return 'has an empty part';
    if (part === '.' || part === '..') return `has the part ${part}`;
    if (Buffer.byteLength(part) > partBytesMax) return `has a part longer than ${partBytesMax} bytes`;
  }
  return undefined;
}

function faultOfCharacters(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
  if (/[\u0000-\u001f\u007f\\]/.test(text)) return 'has a control character or a backslash';
  return text.isWellFormed() ? undefined : 'is not well-formed Unicode';
}
