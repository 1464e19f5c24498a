import { Invalid } from '@millrace/core';
import { excerpt } from './excerpt.ts';

const literalForm = /^(?:"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')$/;
/** Bytes in a row are one piece of UTF-8; then a UTF-16 unit; then any single character. */
const escapeForm = /((?:\\x[\da-f]{2})+)|\\u([\da-f]{4})|\\([\s\S])/gi;

const meanings: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** Eight characters for each byte of the longest key there can be. */
const lengthMax = 8 * 65_535;

/** The text that a literal in single or double quotes stands for. Throws Invalid when it is no literal or has an unknown escape. */
export function parseStringLiteral(literal: string): string {
  if (literal.length > lengthMax)
    throw new Invalid(`${excerpt(literal)} is longer than any key: keys have at most 65535 bytes`);
  if (!literalForm.test(literal)) throw new Invalid(`${excerpt(literal)} is no string: put it in quotes`);
  const text = literal
    .slice(1, -1)
    .replace(escapeForm, (escaped, bytes?: string, unit?: string, single = '') => {
      if (bytes !== undefined) return utf8(bytes, literal);
      if (unit !== undefined) return String.fromCharCode(Number.parseInt(unit, 16));
      const meaning = meanings[single];
      if (meaning === undefined) {
        throw new Invalid(
          `${excerpt(literal)} has the unknown escape ${escaped}: write a backslash as \\\\, and only \\n \\t \\r \\" \\' \\uXXXX \\xXX and their like`,
        );
      }
      return meaning;
    });
  if (!text.isWellFormed())
    throw new Invalid(`${excerpt(literal)} has half a surrogate pair: write both halves`);
  return text;
}

function utf8(escaped: string, literal: string): string {
  const bytes = Buffer.from(escaped.replaceAll(/\\x/gi, ''), 'hex');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Invalid(
      `${excerpt(literal)} has bytes (${excerpt(escaped)}) that are no UTF-8: write characters as \\uXXXX`,
      {
        cause,
      },
    );
  }
}
