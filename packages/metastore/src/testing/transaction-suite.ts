import { expect, it } from 'vitest';
import type { Compare, MetaStore, Transaction, WriteOp } from '../meta-store.ts';
import { transactionBytesMax } from '../meta-store.ts';
import { bytes, putAll, text } from './harness.ts';
import type { SuiteContext } from './meta-store-suite.ts';

export function transactionSuite({ harness, at }: SuiteContext): void {
  it('answers undefined for a key that does not exist', async () => {
    expect(await harness().store.get(at('none'))).toBeUndefined();
  });

  it('counts revisions and versions as etcd does, anew for a key that was deleted in between', async () => {
    const { store } = harness();
    const key = at('a');
    const write = async (op: WriteOp) => (await store.transact({ writes: [op] })).revision;
    const r1 = await write({ put: key, value: bytes('1') });
    const r2 = await write({ put: key, value: bytes('2') });
    expect(r2).toBe(r1 + 1n);
    expect(await store.get(key)).toMatchObject({
      key,
      createRevision: r1,
      modRevision: r2,
      version: 2n,
      lease: 0n,
    });
    expect(text(await store.get(key))).toBe('2');
    const r3 = await write({ delete: key });
    expect(r3).toBe(r2 + 1n);
    const r4 = await write({ put: key, value: bytes('3') });
    expect(await store.get(key)).toMatchObject({ createRevision: r4, modRevision: r4, version: 1n });
  });

  it('leaves the revision alone when nothing changes', async () => {
    const { store } = harness();
    const { revision } = await store.transact({ writes: [{ put: at('a'), value: bytes('') }] });
    expect(await store.transact({ writes: [{ delete: at('none') }] })).toEqual({ succeeded: true, revision });
    expect(await store.transact({ writes: [{ deletePrefix: at('none') }] })).toEqual({
      succeeded: true,
      revision,
    });
    expect(await store.transact({ writes: [] })).toEqual({ succeeded: true, revision });
  });

  it('writes only when every compare holds, of each kind', async () => {
    const { store } = harness();
    await putAll(store, { [at('a')]: 'x' });
    await putAll(store, { [at('a')]: 'y' });
    const kv = await store.get(at('a'));
    if (kv === undefined) throw new Error('just written');
    const key = at('a');
    const none = at('none');
    const holding: Compare[] = [
      { key, version: 2n },
      { key, createRevision: kv.createRevision },
      { key, modRevision: kv.modRevision },
      { key, value: bytes('y') },
      { key: none, version: 0n },
      { key: none, createRevision: 0n },
      { key: none, modRevision: 0n },
    ];
    const failing: Compare[] = [
      { key, version: 1n },
      { key, createRevision: kv.modRevision },
      { key, modRevision: kv.createRevision },
      { key, value: bytes('yy') },
      { key: none, value: bytes('') },
      { key: none, version: 1n },
    ];
    for (const compare of failing) {
      const compares = [...holding, compare];
      const result = await store.transact({ compares, writes: [{ put: at('b'), value: bytes('no') }] });
      expect(result).toEqual({ succeeded: false, revision: kv.modRevision });
    }
    expect(await store.get(at('b'))).toBeUndefined();
    const writes = [{ put: at('b'), value: bytes('yes') }];
    expect(await store.transact({ compares: holding, writes })).toEqual({
      succeeded: true,
      revision: kv.modRevision + 1n,
    });
  });

  it('puts, deletes and deletes prefixes together at one revision', async () => {
    const { store } = harness();
    await putAll(store, { [at('d')]: '1', [at('p/1')]: '1', [at('p/2')]: '1', [at('p')]: '1' });
    const { revision } = await store.transact({
      writes: [
        { put: at('a'), value: bytes('1') },
        { delete: at('d') },
        { deletePrefix: at('p/') },
        { put: at('b'), value: bytes('2') },
      ],
    });
    const { kvs } = await store.range({ prefix: at('') });
    expect(kvs.map((kv) => kv.key)).toEqual([at('a'), at('b'), at('p')]);
    expect(kvs.slice(0, 2).map((kv) => kv.modRevision)).toEqual([revision, revision]);
  });

  it('keeps empty, binary and big values', async () => {
    const { store } = harness();
    const big = Buffer.alloc(1_400_000, 'millrace');
    const binary = Uint8Array.from({ length: 256 }, (_, i) => i);
    await store.transact({ writes: [{ put: at('big'), value: big }] });
    await store.transact({
      writes: [
        { put: at('binary'), value: binary },
        { put: at('empty'), value: bytes('') },
      ],
    });
    expect(Buffer.compare((await store.get(at('big')))?.value ?? bytes(''), big)).toBe(0);
    expect([...((await store.get(at('binary')))?.value ?? [])]).toEqual([...binary]);
    expect((await store.get(at('empty')))?.value).toHaveLength(0);
  });

  it('keeps what it was given, whatever becomes of the caller’s buffer', async () => {
    const { store } = harness();
    const value = Buffer.from('before');
    await store.transact({ writes: [{ put: at('a'), value }] });
    value.write('after!');
    expect(text(await store.get(at('a')))).toBe('before');
  });

  it('takes 128 operations and refuses more, too many bytes, no key and keys written twice', async () => {
    const { store } = harness();
    const put = (name: string): WriteOp => ({ put: at(name), value: bytes('v') });
    const puts = (count: number) => Array.from({ length: count }, (_, i) => put(String(i)));
    await store.transact({ compares: [{ key: at('x'), version: 0n }], writes: puts(127) });
    const refused: Transaction[] = [
      { compares: [{ key: at('x'), version: 0n }], writes: puts(128) },
      { writes: [{ put: at('a'), value: Buffer.alloc(transactionBytesMax) }] },
      { writes: [{ put: '', value: bytes('') }] },
      { writes: [{ put: at('k'.repeat(1100)), value: bytes('') }] },
      { writes: [put('a'), put('a')] },
      { writes: [put('a'), { delete: at('a') }] },
      { writes: [{ delete: at('a') }, { delete: at('a') }] },
      { writes: [put('p/a'), { deletePrefix: at('p/') }] },
      { writes: [{ deletePrefix: at('p/') }, { deletePrefix: at('p/q') }] },
    ];
    const { revision } = await store.transact({ writes: [] });
    for (const transaction of refused)
      await expect(store.transact(transaction)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(store.get('')).rejects.toMatchObject({ kind: 'invalid' });
    expect((await store.transact({ writes: [] })).revision).toBe(revision);
  });

  it('loses no increment of many clients that compare and swap', async () => {
    const { store, another } = harness();
    const other = await another();
    const key = at('counter');
    const increment = async (client: MetaStore) => {
      for (;;) {
        const kv = await client.get(key);
        const next = bytes(String(Number(text(kv) ?? '0') + 1));
        const compares = [{ key, version: kv?.version ?? 0n }];
        if ((await client.transact({ compares, writes: [{ put: key, value: next }] })).succeeded) return;
      }
    };
    const clients = Array.from({ length: 10 }, async (_, i) => {
      for (let n = 0; n < 5; n++) await increment(i % 2 === 0 ? store : other);
    });
    await Promise.all(clients);
    expect(text(await store.get(key))).toBe('50');
    expect((await store.get(key))?.version).toBe(50n);
    await other.close();
  });

  it('shows a client what another has written', async () => {
    const { store, another } = harness();
    const other = await another();
    for (let i = 0; i < 10; i++) {
      await store.transact({ writes: [{ put: at('a'), value: bytes(String(i)) }] });
      expect(text(await other.get(at('a')))).toBe(String(i));
    }
    await other.close();
  });

  it('refuses everything after close', async () => {
    const { another } = harness();
    const other = await another();
    await other.close();
    await other.close();
    await expect(other.get(at('a'))).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(other.transact({ writes: [] })).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(other.range({ prefix: at('') })).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(other.grantLease(1000)).rejects.toMatchObject({ kind: 'unavailable' });
  });
}
