import { Invalid } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStringLiteral } from './string-literal.ts';

describe('a string literal', () => {
  it.each([
    [String.raw`"a\nb"`, 'a\nb'],
    [String.raw`"a\\nb"`, String.raw`a\nb`],
    [String.raw`'\t\r\b\f\v\a'`, '\t\r\b\f\v\x07'],
    [String.raw`"say \"it\'s\""`, `say "it's"`],
    [String.raw`'say "it\'s"'`, `say "it's"`],
    [String.raw`"\u00e9\u4f60\ud83d\ude00"`, 'é你😀'],
    [String.raw`"\x41\xc3\xa9z"`, 'Aéz'],
    [String.raw`"\\x41"`, String.raw`\x41`],
    ['""', ''],
    ['"two\nlines"', 'two\nlines'],
  ])('%s stands for its text: escapes lost their backslash and named another key', (literal, text) => {
    expect(parseStringLiteral(literal)).toBe(text);
  });

  it.each([
    String.raw`"C:\dir"`,
    String.raw`"\u12"`,
    String.raw`"\x4"`,
    String.raw`"\xff"`,
    String.raw`"\ud83d"`,
    String.raw`"ends with \"`,
    '"one" or "two"',
    `"mixed'`,
    'bare',
    '"',
    '',
  ])('%s is refused: it would name another key', (literal) => {
    expect(() => parseStringLiteral(literal)).toThrow(Invalid);
  });

  it('as JSON writes it stands for the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseStringLiteral(JSON.stringify(text))).toBe(text);
      }),
    );
  });
});
