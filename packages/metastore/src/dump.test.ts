import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { LmdbMetaStore } from './drivers/lmdb.ts';
import { MemoryMetaStore } from './drivers/memory.ts';
import { dump, load } from './dump.ts';
import { compareKeys } from './key-order.ts';
import type { MetaStore } from './meta-store.ts';
import { bytes, putAll, text } from './testing/harness.ts';

interface GoldenEntry {
  readonly key: string;
  readonly value: string;
}

const golden: readonly GoldenEntry[] = JSON.parse(
  readFileSync(new URL('../fixtures/etcd.json', import.meta.url), 'utf8'),
);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
const openMemory = () => {
  const store = new MemoryMetaStore({ clock: realClock });
  cleanups.push(() => store.close());
  return store;
};
const openLmdb = () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-dump-'));
  cleanups.push(() => rmSync(directory, { recursive: true }));
  const store = new LmdbMetaStore({ clock: realClock, log: silentLogger }, { directory });
  cleanups.push(() => store.close());
  return store;
};
const dumped = async (store: MetaStore, prefix = 'by-dev/') => {
  const lines: string[] = [];
  for await (const line of dump(store, prefix)) lines.push(line);
  return lines;
};

describe('dump and load', () => {
  it('carry the metadata of a real cluster from store to store, byte for byte', async () => {
    const lines = golden.toSorted((a, b) => compareKeys(a.key, b.key)).map((entry) => JSON.stringify(entry));
    const memory = openMemory();
    expect(
      await load(
        memory,
        golden.map((entry) => JSON.stringify(entry)),
      ),
    ).toBe(golden.length);
    expect(await dumped(memory)).toEqual(lines);
    const lmdb = openLmdb();
    expect(await load(lmdb, dump(memory, 'by-dev/'))).toBe(golden.length);
    expect(await dumped(lmdb)).toEqual(lines);
    for (const { key, value } of golden)
      expect(Buffer.from((await lmdb.get(key))?.value ?? []).equals(Buffer.from(value, 'base64'))).toBe(true);
    expect(await dumped(lmdb, '')).toEqual(lines);
  });

  it('leave out keys under a lease and keys beside the prefix', async () => {
    const store = openMemory();
    const lease = await store.grantLease(60_000);
    await store.transact({ writes: [{ put: 'a/live', value: bytes('1'), lease: lease.id }] });
    await putAll(store, { 'a/1': 'one', 'b/1': 'two' });
    expect(await dumped(store, 'a/')).toEqual(['{"key":"a/1","value":"b25l"}']);
  });

  it('put large values in as many transactions as they need', async () => {
    const from = openMemory();
    const to = openMemory();
    for (const key of ['a', 'b', 'c'])
      await from.transact({ writes: [{ put: key, value: new Uint8Array(700_000).fill(7) }] });
    expect(await load(to, dump(from, ''))).toBe(3);
    expect(await dumped(to, '')).toEqual(await dumped(from, ''));
  });

  it('take the last of several lines of a key', async () => {
    const store = openMemory();
    await load(store, ['{"key":"a","value":"MQ=="}', '{"key":"a","value":"Mg=="}']);
    expect(text(await store.get('a'))).toBe('2');
  });

  it.each(['', 'null', '{"key":"a"}', '{"key":1,"value":""}', '{"key":"a","value":"?"}'])(
    'refuse the line %j and say which it was',
    async (line) => {
      const done = load(openMemory(), ['{"key":"a","value":""}', line]);
      await expect(done).rejects.toMatchObject({
        kind: 'invalid',
        message: expect.stringContaining('line 2'),
      });
    },
  );
});
