import { expect, it } from 'vitest';
import { bytes, nextBatch, putAll, text, watchWords } from './harness.ts';
import type { SuiteContext } from './meta-store-suite.ts';

export function watchSuite({ harness, at, signal }: SuiteContext): void {
  const watch = (prefix: string, stop = signal()) =>
    harness().store.watch(prefix, stop)[Symbol.asyncIterator]();

  it('begins with a snapshot, empty if need be, then tells every change in order', async () => {
    const { store } = harness();
    const watcher = watch(at(''));
    expect(await nextBatch(watcher)).toMatchObject({ snapshot: true, events: [] });
    await putAll(store, { [at('b')]: '1' });
    await putAll(store, { [at('a')]: '2' });
    await putAll(store, { [at('b')]: '3' });
    await store.transact({ writes: [{ delete: at('a') }] });
    const told = await watchWords(watcher, (words) => words.length >= 4);
    expect(told).toEqual([`+${at('b')}=1`, `+${at('a')}=2`, `+${at('b')}=3`, `-${at('a')}`]);
    const late = watch(at(''));
    expect(await watchWords(late, (words) => words.length > 0)).toEqual([`*+${at('b')}=3`]);
  });

  it('holds to the prefix, and says nothing of others', async () => {
    const { store } = harness();
    await putAll(store, { [at('1/a')]: 'x', [at('10/a')]: 'x' });
    const watcher = watch(at('1/'));
    expect(await watchWords(watcher, (words) => words.length > 0)).toEqual([`*+${at('1/a')}=x`]);
    await putAll(store, { [at('10/b')]: 'x', [at('1')]: 'x', [at('1/b')]: 'x' });
    expect(await watchWords(watcher, (words) => words.length > 0)).toEqual([`+${at('1/b')}=x`]);
  });

  it('never splits a transaction, even a big one', async () => {
    const { store } = harness();
    const watcher = watch(at(''));
    await nextBatch(watcher);
    const value = Buffer.alloc(10_000);
    const writes = Array.from({ length: 100 }, (_, i) => ({ put: at(String(i)), value }));
    const { revision } = await store.transact({ writes });
    const batch = await nextBatch(watcher);
    expect(batch.events).toHaveLength(100);
    expect(batch).toMatchObject({ snapshot: false, revision });
  });

  it('tells what a change replaced', async () => {
    const { store } = harness();
    const watcher = watch(at(''));
    await nextBatch(watcher);
    await putAll(store, { [at('a')]: '1' });
    await putAll(store, { [at('a')]: '2' });
    const { revision } = await store.transact({ writes: [{ deletePrefix: at('') }] });
    const events = [];
    while (events.length < 3) events.push(...(await nextBatch(watcher)).events);
    expect(events.map((event) => [event.type, text(event.previous)])).toEqual([
      ['put', undefined],
      ['put', '1'],
      ['delete', '2'],
    ]);
    expect(events[1]).toMatchObject({ kv: { version: 2n }, previous: { version: 1n } });
    expect(events[2]).toMatchObject({ key: at('a'), modRevision: revision });
  });

  it('survives compaction: a watcher that missed history gets a snapshot instead', async () => {
    const { store, compact } = harness();
    const watcher = watch(at(''));
    await nextBatch(watcher);
    await putAll(store, { [at('a')]: '1', [at('b')]: '1' });
    await store.transact({ writes: [{ delete: at('a') }] });
    await compact();
    await putAll(store, { [at('c')]: '1' });
    const state = new Set<string>();
    while (!state.has(at('c'))) {
      const batch = await nextBatch(watcher);
      if (batch.snapshot) state.clear();
      for (const event of batch.events) {
        if (event.type === 'put') state.add(event.kv.key);
        else state.delete(event.key);
      }
    }
    expect([...state].sort()).toEqual([at('b'), at('c')]);
  });

  it('serves many watchers at once, each with everything, of every client’s writes', async () => {
    const { store, another } = harness();
    const other = await another();
    const watchers = Array.from({ length: 50 }, () => watch(at('')));
    await Promise.all(watchers.map(nextBatch));
    const wanted: string[] = [];
    for (let i = 0; i < 20; i++) {
      await putAll(i % 2 === 0 ? store : other, { [at(`${i % 3}`)]: `${i}` });
      wanted.push(`+${at(`${i % 3}`)}=${i}`);
    }
    const told = await Promise.all(
      watchers.map((watcher) => watchWords(watcher, (words) => words.length >= 20)),
    );
    for (const words of told) expect(words).toEqual(wanted);
    await other.close();
  });

  it('ends when the signal aborts, and when the store closes', async () => {
    const stop = new AbortController();
    const watcher = watch(at(''), stop.signal);
    await nextBatch(watcher);
    const end = watcher.next();
    stop.abort();
    expect((await end).done).toBe(true);
    expect((await watch(at(''), AbortSignal.abort()).next()).done).toBe(true);

    const other = await harness().another();
    const orphan = other.watch(at(''), signal())[Symbol.asyncIterator]();
    await nextBatch(orphan);
    const closed = orphan.next();
    await other.close();
    expect((await closed).done).toBe(true);
  });

  it('delivers a snapshot and the changes behind it without gap or overlap while others write', async () => {
    const { store } = harness();
    let writing = true;
    const writer = (async () => {
      for (let i = 0; writing && i < 2000; i++)
        await store.transact({ writes: [{ put: at('n'), value: bytes(String(i)) }] });
    })();
    for (let round = 0; round < 5; round++) {
      const watcher = watch(at(''));
      const versions: bigint[] = [];
      while (versions.length < 5) {
        for (const event of (await nextBatch(watcher)).events)
          if (event.type === 'put') versions.push(event.kv.version);
      }
      const first = versions[0] ?? 0n;
      expect(versions).toEqual(versions.map((_, i) => first + BigInt(i)));
      await watcher.return?.();
    }
    writing = false;
    await writer;
  });
}
