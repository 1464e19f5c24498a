import { expect, it } from 'vitest';
import { bytes, eventually, nextBatch, putAll, watchWords } from './harness.ts';
import type { SuiteContext } from './meta-store-suite.ts';

export function leaseSuite({ harness, at, signal }: SuiteContext): void {
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const gone = (key: string) =>
    eventually(`${key} is gone`, async () => (await harness().store.get(key)) === undefined);

  it('keeps a key as long as its owner lives, far beyond the ttl', async () => {
    const { store, leaseTtlMs } = harness();
    const lease = await store.grantLease(leaseTtlMs);
    await store.transact({ writes: [{ put: at('a'), value: bytes('1'), lease: lease.id }] });
    expect((await store.get(at('a')))?.lease).toBe(lease.id);
    await sleep(leaseTtlMs * 2.5);
    expect((await store.get(at('a')))?.lease).toBe(lease.id);
    expect(lease.lost.aborted).toBe(false);
    await lease.revoke();
  });

  it('deletes the keys in one transaction when the owner is gone, and tells the watchers', async () => {
    const { store, another, leaseTtlMs } = harness();
    const other = await another();
    const lease = await other.grantLease(leaseTtlMs);
    const put = (name: string) => ({ put: at(name), value: bytes('1'), lease: lease.id });
    await other.transact({ writes: [put('a'), put('b')] });
    await putAll(store, { [at('c')]: '1' });
    const watcher = store.watch(at(''), signal())[Symbol.asyncIterator]();
    await watchWords(watcher, (words) => words.length > 0);
    await other.close();
    const { events } = await nextBatch(watcher);
    expect(events.map((event) => event.type === 'delete' && event.key)).toEqual([at('a'), at('b')]);
    const revisions = events.map((event) => event.type === 'delete' && event.modRevision);
    expect(new Set(revisions).size).toBe(1);
    expect(await store.get(at('c'))).toBeDefined();
  });

  it('deletes the keys at once on revoke, which is not a loss', async () => {
    const { store, another, leaseTtlMs } = harness();
    const other = await another();
    const lease = await other.grantLease(leaseTtlMs * 10);
    await other.transact({ writes: [{ put: at('a'), value: bytes('1'), lease: lease.id }] });
    await lease.revoke();
    expect(await store.get(at('a'))).toBeUndefined();
    await lease.revoke();
    expect(lease.lost.aborted).toBe(false);
    await other.close();
  });

  it('refuses a put under a lease that has ended with Fenced, and writes nothing of the transaction', async () => {
    const { store, leaseTtlMs } = harness();
    const lease = await store.grantLease(leaseTtlMs);
    await lease.revoke();
    const writes = [
      { put: at('a'), value: bytes('1') },
      { put: at('b'), value: bytes('1'), lease: lease.id },
    ];
    await expect(store.transact({ writes })).rejects.toMatchObject({ kind: 'fenced' });
    expect(await store.get(at('a'))).toBeUndefined();
  });

  it('lets go of a key that is put again without the lease, or under another', async () => {
    const { store, leaseTtlMs } = harness();
    const lease = await store.grantLease(leaseTtlMs);
    const second = await store.grantLease(leaseTtlMs);
    const put = (name: string, id: bigint) => ({ put: at(name), value: bytes('1'), lease: id });
    await store.transact({ writes: [put('a', lease.id), put('b', lease.id), put('c', lease.id)] });
    await store.transact({ writes: [{ put: at('a'), value: bytes('2') }, put('b', second.id)] });
    expect((await store.get(at('a')))?.lease).toBe(0n);
    await lease.revoke();
    await gone(at('c'));
    expect(await store.get(at('a'))).toBeDefined();
    expect(await store.get(at('b'))).toBeDefined();
    await second.revoke();
    expect(await store.get(at('b'))).toBeUndefined();
  });

  it('refuses a lease without a duration', async () => {
    for (const ttlMs of [0, -1, Number.NaN])
      await expect(harness().store.grantLease(ttlMs)).rejects.toMatchObject({ kind: 'invalid' });
  });
}
