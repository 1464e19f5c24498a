import { beforeEach, expect, it } from 'vitest';
import { compareKeys } from '../object-key.ts';
import { listAll } from '../object-store.ts';
import { bytes } from './bytes.ts';
import type { SuiteContext } from './object-store-suite.ts';

/** Names whose order by bytes differs from that by directories, by UTF-16 units, and by numbers. */
const names = [
  'a-/1',
  'a/1',
  'a/10',
  'a/2',
  'a/b/1',
  'a/b-1',
  'a0/1',
  'a1',
  'A/1',
  'b',
  'ü/1',
  '\uff5a',
  '😀',
] as const;

export function listSuite({ store, at }: SuiteContext): void {
  beforeEach(async () => {
    await Promise.all(names.map((name, i) => store().put(at(name), [bytes('x'.repeat(i))])));
  });
  const sorted = () => names.map((name) => at(name)).sort(compareKeys);

  const keysOf = async (prefix: string, after?: string) => {
    const page = await store().list(after === undefined ? { prefix } : { prefix, after });
    expect(page.more).toBe(false);
    return page.objects.map(({ key }) => key);
  };

  it('gives all objects of a prefix in the order of their bytes', async () => {
    expect(await keysOf(at(''))).toEqual(sorted());
  });

  it('tells what stat tells', async () => {
    const { objects } = await store().list({ prefix: at('') });
    for (const listed of objects) {
      const { lastModifiedMs, ...info } = await store().stat(listed.key);
      expect(listed).toMatchObject(info);
      // HTTP headers give whole seconds.
      expect(Math.abs(lastModifiedMs - listed.lastModifiedMs)).toBeLessThan(1000);
    }
  });

  it('takes a prefix that ends anywhere', async () => {
    for (const name of ['a', 'a/', 'a/1', 'a/b', 'a/b/', 'A', 'ü', 'b', 'bb', 'z/z/z', '😀']) {
      const expected = sorted().filter((key) => key.startsWith(at(name)));
      expect(await keysOf(at(name)), name).toEqual(expected);
    }
  });

  it('goes on behind any place in the order, stored or not, in the prefix or not', async () => {
    const places = [...names, 'a', 'a/', 'a/b', 'a/b/0', 'a/b/2', 'zz', ''].map((name) => at(name));
    for (const after of ['A', ...places, 'zzz']) {
      for (const prefix of [at(''), at('a/'), at('ü')]) {
        const expected = sorted().filter((key) => key.startsWith(prefix) && compareKeys(key, after) > 0);
        expect(await keysOf(prefix, after), `${prefix} behind ${after}`).toEqual(expected);
      }
    }
  });

  it.each([1, 2, 5, names.length - 1, names.length])(
    'pages through everything, %i objects at a time',
    async (limit) => {
      const keys: string[] = [];
      let page = await store().list({ prefix: at(''), limit });
      while (page.more) {
        expect(page.objects).toHaveLength(limit);
        keys.push(...page.objects.map(({ key }) => key));
        page = await store().list({ prefix: at(''), limit, after: keys.at(-1) ?? '' });
      }
      keys.push(...page.objects.map(({ key }) => key));
      expect(keys).toEqual(sorted());
    },
  );

  it('walks all pages with listAll', async () => {
    const many = Array.from({ length: 1100 }, (_, i) => at(`many/${i}`));
    for (let i = 0; i < many.length; i += 50) {
      await Promise.all(many.slice(i, i + 50).map((key) => store().put(key, [])));
    }
    const keys: string[] = [];
    for await (const { key } of listAll(store(), at('many/'))) keys.push(key);
    expect(keys).toEqual([...many].sort(compareKeys));
  });

  it('no longer gives what was removed', async () => {
    await store().remove(at('a/2'));
    expect(await keysOf(at('a/'))).toEqual(
      sorted().filter((key) => key.startsWith(at('a/')) && key !== at('a/2')),
    );
  });

  it.each([0, -1, 1001, 1.5, Number.NaN])('refuses pages of %d objects', async (limit) => {
    await expect(store().list({ prefix: at(''), limit })).rejects.toMatchObject({ kind: 'invalid' });
  });

  it.each(['/', '../', 'a//', 'a\u0000'])('refuses a prefix of no key', async (prefix) => {
    await expect(store().list({ prefix })).rejects.toMatchObject({ kind: 'invalid' });
  });
}
