import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkKey, checkPrefix, compareKeys } from './object-key.ts';

describe('object keys', () => {
  it('are ordered by their UTF-8 bytes', () => {
    const text = fc.string({ unit: 'binary', maxLength: 6 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('accept what every driver can store', () => {
    for (const key of [
      'a',
      'files/insert_log/1/2/3',
      'with space/ü/漢字/😀',
      '...',
      '.hidden',
      'a'.repeat(255),
    ]) {
      expect(() => checkKey(key), key).not.toThrow();
    }
  });

  it('accept a prefix cut anywhere, and refuse one that leaves the tree', () => {
    for (const prefix of ['', 'a', 'a/', 'a/.', 'a/..', 'files/insert_log/4']) {
      expect(() => checkPrefix(prefix), prefix).not.toThrow();
    }
    for (const prefix of ['/', '../', 'a/../b', 'a//', './a', 'a\u0000', '\ud800']) {
      expect(() => checkPrefix(prefix), JSON.stringify(prefix)).toThrow(/matches no object key/);
    }
  });
});
