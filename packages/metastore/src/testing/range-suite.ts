import { expect, it } from 'vitest';
import { compareKeys } from '../key-order.ts';
import { type RangeOptions, scan } from '../meta-store.ts';
import { bytes, putAll, text } from './harness.ts';
import type { SuiteContext } from './meta-store-suite.ts';

export function rangeSuite({ harness, at }: SuiteContext): void {
  const keysOf = async (options: RangeOptions) => {
    const { kvs, more } = await harness().store.range(options);
    return [kvs.map((kv) => kv.key.slice(at('').length)).join(' '), more];
  };
  const put = (...names: string[]) =>
    putAll(harness().store, Object.fromEntries(names.map((name) => [at(name), `v${name}`])));

  it('orders keys by their bytes', async () => {
    const names = ['\u{1f600}', '\uffee', '10', '1', '1/', '2', 'ä', 'a', 'Z', '~', '\u{10ffff}', '\ue000'];
    await put(...names);
    const { kvs } = await harness().store.range({ prefix: at('') });
    const sorted = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(kvs.map((kv) => kv.key)).toEqual(sorted.map(at));
    expect([...names].sort(compareKeys)).toEqual(sorted);
  });

  it('holds to the prefix: 1 is not 10', async () => {
    await put('1/a', '1/b', '10/a', '1', '0/z', '2/a');
    expect(await keysOf({ prefix: at('1/') })).toEqual(['1/a 1/b', false]);
    expect(await keysOf({ prefix: at('1') })).toEqual(['1 1/a 1/b 10/a', false]);
    expect(await keysOf({ prefix: at('3') })).toEqual(['', false]);
  });

  it('starts behind `after`, ends before `before`, and says whether more follow', async () => {
    await put('p/a', 'p/b', 'p/c', 'p/d', 'q');
    const prefix = at('p/');
    expect(await keysOf({ prefix, limit: 2 })).toEqual(['p/a p/b', true]);
    expect(await keysOf({ prefix, limit: 4 })).toEqual(['p/a p/b p/c p/d', false]);
    expect(await keysOf({ prefix, after: at('p/b') })).toEqual(['p/c p/d', false]);
    expect(await keysOf({ prefix, after: at('p/bb'), limit: 1 })).toEqual(['p/c', true]);
    expect(await keysOf({ prefix, after: at('p/d') })).toEqual(['', false]);
    expect(await keysOf({ prefix, after: at('o') })).toEqual(['p/a p/b p/c p/d', false]);
    expect(await keysOf({ prefix, before: at('p/c') })).toEqual(['p/a p/b', false]);
    expect(await keysOf({ prefix, after: at('p/a'), before: at('p/d'), limit: 1 })).toEqual(['p/b', true]);
    expect(await keysOf({ prefix, before: at('z') })).toEqual(['p/a p/b p/c p/d', false]);
    expect(await keysOf({ prefix, before: at('a') })).toEqual(['', false]);
    expect(await keysOf({ prefix, after: at('p/c'), before: at('p/b') })).toEqual(['', false]);
  });

  it('hands out a page in place, as often as it is asked to', async () => {
    await put('a', 'ä', '\u{1f600}');
    await harness().store.transact({ writes: [{ put: at('empty'), value: bytes('') }] });
    const page = await harness().store.range({ prefix: at(''), limit: 3 });
    const expected = ['a=va', 'empty=', 'ä=vä'].map(at);
    for (let time = 0; time < 2; time++) {
      const found: string[] = [];
      const pairs = page.pairs();
      while (pairs.next()) {
        const key = pairs.bytes.toString('utf8', pairs.keyStart, pairs.keyEnd);
        found.push(`${key}=${pairs.bytes.toString('utf8', pairs.valueStart, pairs.valueEnd)}`);
      }
      expect(pairs.next()).toBe(false);
      expect(found).toEqual(expected);
    }
    expect(page.lastKey).toBe(at('ä'));
    const none = await harness().store.range({ prefix: at('none/') });
    expect([none.lastKey, none.pairs().next()]).toEqual([undefined, false]);
    const keyOnly = (await harness().store.range({ prefix: at('a'), keysOnly: true })).pairs();
    expect([keyOnly.next(), keyOnly.valueEnd - keyOnly.valueStart]).toEqual([true, 0]);
  });

  it('reads a page into memory it is given, which may be used again behind its reader', async () => {
    await put('a', 'b', 'c', 'd');
    const memory = Buffer.alloc(10_000);
    let askedBytes = 0;
    const take = (count: number) => {
      askedBytes = Math.max(askedBytes, count);
      return memory.fill(0xff);
    };
    const read: string[] = [];
    for await (const page of scan(harness().store, { prefix: at(''), limit: 2, memory: take })) {
      read.push(...page.kvs.map((kv) => `${kv.key.slice(at('').length)}=${text(kv)}`));
      for (const pairs = page.pairs(); pairs.next(); )
        read.push(pairs.bytes.toString('utf8', pairs.valueStart, pairs.valueEnd));
    }
    expect(read).toEqual(['a=va', 'b=vb', 'va', 'vb', 'c=vc', 'd=vd', 'vc', 'vd']);
    expect(askedBytes).toBeLessThan(memory.length);
  });

  it('leaves values out with keysOnly', async () => {
    await put('a');
    const { kvs } = await harness().store.range({ prefix: at(''), keysOnly: true });
    expect(kvs).toMatchObject([{ key: at('a'), version: 1n }]);
    expect(kvs[0]?.value).toHaveLength(0);
  });

  it('reads the next pages at the revision of the first, whatever is written meanwhile', async () => {
    const { store } = harness();
    await put('a', 'b', 'c', 'd');
    const pages: string[] = [];
    for await (const page of scan(store, { prefix: at(''), limit: 1 })) {
      pages.push(...page.kvs.map((kv) => `${kv.key.slice(at('').length)}=${text(kv)}`));
      if (pages.length > 1) continue;
      await store.transact({
        writes: [
          { put: at('b'), value: bytes('new') },
          { delete: at('c') },
          { put: at('cc'), value: bytes('new') },
        ],
      });
      await store.transact({ writes: [{ put: at('b'), value: bytes('newer') }, { delete: at('d') }] });
    }
    expect(pages).toEqual(['a=va', 'b=vb', 'c=vc', 'd=vd']);
    expect(await keysOf({ prefix: at('') })).toEqual(['a b cc', false]);
  });

  it('refuses a compacted revision with Conflict and one to come with Invalid', async () => {
    const { store, compact } = harness();
    await put('a');
    const { revision } = await store.range({ prefix: at('') });
    await put('b');
    expect(await keysOf({ prefix: at(''), revision })).toEqual(['a', false]);
    await put('c');
    await compact();
    await expect(store.range({ prefix: at(''), revision })).rejects.toMatchObject({ kind: 'conflict' });
    await expect(store.range({ prefix: at(''), revision: revision + 1_000_000n })).rejects.toMatchObject({
      kind: 'invalid',
    });
  });

  it('refuses a page of no or too many keys', async () => {
    const { store } = harness();
    for (const limit of [0, -1, 1.5, 100_001])
      await expect(store.range({ prefix: at(''), limit })).rejects.toMatchObject({ kind: 'invalid' });
  });
}
