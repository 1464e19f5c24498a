import { expect, it } from 'vitest';
import { bytes, text } from './bytes.ts';
import type { SuiteContext } from './object-store-suite.ts';

export function keySuite({ store, at }: SuiteContext): void {
  it.each([
    ['an empty key', ''],
    ['an absolute path', '/a'],
    ['an empty part', 'a//b'],
    ['a folder', 'a/'],
    ['a way out', '../a'],
    ['a hidden way out', 'a/../../b'],
    ['the part .', 'a/./b'],
    ['a zero byte', 'a\u0000b'],
    ['a line break', 'a\nb'],
    ['a backslash', 'a\\b'],
    ['half a surrogate pair', 'a\ud800'],
    ['more than 1024 bytes', `${'abcdefg/'.repeat(128)}x`],
    ['a part of more than 255 bytes', 'ü'.repeat(128)],
  ])('refuses %s in every call', async (_, key) => {
    const refused = { kind: 'invalid' };
    await expect(store().put(key, [])).rejects.toMatchObject(refused);
    await expect(store().putIfAbsent(key, [])).rejects.toMatchObject(refused);
    await expect(store().get(key)).rejects.toMatchObject(refused);
    await expect(store().stat(key)).rejects.toMatchObject(refused);
    await expect(store().remove(key)).rejects.toMatchObject(refused);
  });

  it.each([
    'plain',
    'with space',
    ' leading and trailing ',
    'a+b&c=d?e#f;g%20h',
    'quotes\'"`',
    'brackets()[]{}<>',
    '!*~@$^,:|',
    '007',
    '1e3',
    'true',
    '&amp;',
    '.hidden',
    '...',
    'ümlaut',
    '漢字',
    '😀',
    'x'.repeat(255),
  ])('stores, lists and removes %s', async (name) => {
    const key = at(`folder/${name}`);
    await store().putIfAbsent(key, [bytes(name)]);
    expect(text(await store().get(key))).toBe(name);
    expect((await store().stat(key)).key).toBe(key);
    const { objects } = await store().list({ prefix: at('folder/') });
    expect(objects.map((object) => object.key)).toEqual([key]);
    expect((await store().list({ prefix: key })).objects).toHaveLength(1);
    expect((await store().list({ prefix: at('folder/'), after: key })).objects).toEqual([]);
    await store().remove(key);
    await expect(store().stat(key)).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('does not take the beginning of a key, or more than it, for an object', async () => {
    await store().put(at('a/b'), [bytes('x')]);
    for (const key of [at('a'), at('a/b/c')]) {
      await expect(store().get(key)).rejects.toMatchObject({ kind: 'not-found' });
      await expect(store().stat(key)).rejects.toMatchObject({ kind: 'not-found' });
      await store().remove(key);
    }
    expect(text(await store().get(at('a/b')))).toBe('x');
  });
}
