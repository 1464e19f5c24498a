import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listAll } from '../object-store.ts';
import { describeObjectStore } from '../testing/object-store-suite.ts';
import { LocalObjectStore } from './local.ts';

describe('conformance', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-objects-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  describeObjectStore('local', async () => new LocalObjectStore({ directory }));
});

describe('a local object store', () => {
  let directory: string;
  let store: LocalObjectStore;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'millrace-objects-'));
    store = new LocalObjectStore({ directory: join(directory, 'new') });
  });
  afterEach(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  const bytes = (text: string) => Buffer.from(text);

  it('gives back what was put, whole and in part', async () => {
    await store.put('files/a/1', [bytes('hello '), bytes('world')]);
    expect(Buffer.from(await store.get('files/a/1')).toString()).toBe('hello world');
    expect(Buffer.from(await store.get('files/a/1', { range: { offset: 6, length: 100 } })).toString()).toBe(
      'world',
    );
    expect((await store.stat('files/a/1')).bytes).toBe(11);
  });

  it('lets one of many racing writers put what is absent', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => store.putIfAbsent('a/b', [bytes(String(i))])),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('says what is missing, and takes a removal of it as done', async () => {
    await expect(store.get('no/such')).rejects.toMatchObject({ kind: 'not-found' });
    await store.remove('no/such');
  });

  it('refuses keys that leave the directory', async () => {
    for (const key of ['../x', 'a/../../x', '/x', 'a//b', '']) {
      await expect(store.put(key, [])).rejects.toMatchObject({ kind: 'invalid' });
    }
  });

  it('does not list what is half written', async () => {
    await store.put('a/1', [bytes('x')]);
    writeFileSync(join(directory, 'new/a/.writing-1'), 'half');
    expect((await store.list({ prefix: '' })).objects.map(({ key }) => key)).toEqual(['a/1']);
  });

  it('lists keys in the order of their bytes, page by page, from any prefix', async () => {
    const part = fc.constantFrom('a', 'a0', 'a-', 'b', '1', '10', '9');
    const key = fc.array(part, { minLength: 2, maxLength: 2 }).map((parts) => `${parts.join('/')}.o`);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 12 }),
        fc.constantFrom('', 'a', 'a/', 'a/1', '1'),
        async (keys, prefix) => {
          const each = new LocalObjectStore({ directory: mkdtempSync(join(directory, 'p-')) });
          for (const k of keys) await each.put(k, [bytes('x')]);
          const expected = keys
            .filter((k) => k.startsWith(prefix))
            .sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
          const paged: string[] = [];
          let page = await each.list({ prefix, limit: 2 });
          for (;;) {
            paged.push(...page.objects.map((o) => o.key));
            const last = page.objects.at(-1);
            if (!page.more || last === undefined) break;
            page = await each.list({ prefix, limit: 2, after: last.key });
          }
          expect(paged).toEqual(expected);
          const all: string[] = [];
          for await (const o of listAll(each, prefix)) all.push(o.key);
          expect(all).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });
});
