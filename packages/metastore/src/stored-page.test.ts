import { describe, expect, it } from 'vitest';
import { StoredPage } from './stored-page.ts';

describe('a page of bytes', () => {
  it.each([
    ['a key that is cut', '0a056162'],
    ['a value that is cut', '0a0161' + '2a0978'],
    ['a length beyond all bytes', '0a0161' + '2affffffff0f78'],
    ['a field of eight bytes', '0a0161' + '310000000000000000'],
  ])('with %s is Corrupt', (_what, pair) => {
    const bytes = Buffer.from(pair, 'hex');
    const wrapped = Buffer.concat([Buffer.from([0x12, bytes.length]), bytes]);
    const page = new StoredPage(wrapped, { lastKey: 'a', revision: 1n, more: false });
    expect(() => page.pairs().next()).toThrow(expect.objectContaining({ kind: 'corrupt' }));
  });
});
