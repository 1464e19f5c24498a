import { type MillraceError, Unavailable } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryMetaStore } from './drivers/memory.ts';
import { GroupCommit, type GroupCommitSettings } from './group-commit.ts';
import { type MetaStore, transactionOpsMax, type WriteOp } from './meta-store.ts';
import { bytes, text } from './testing/harness.ts';

const stores: MemoryMetaStore[] = [];
const newStore = () => {
  const store = new MemoryMetaStore({ clock: realClock });
  stores.push(store);
  return store;
};
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

/** The store, with the number of writes of each transaction that was asked for. */
function counting(store: MetaStore, before: () => void = () => {}) {
  const sizes: number[] = [];
  const transact: MetaStore['transact'] = async (transaction) => {
    sizes.push(transaction.writes.length);
    before();
    return store.transact(transaction);
  };
  return { sizes, store: { ...bound(store), transact } };
}

function bound(store: MetaStore): MetaStore {
  return {
    pageKeys: store.pageKeys,
    pageKeysMax: store.pageKeysMax,
    get: (key) => store.get(key),
    range: (options) => store.range(options),
    transact: (transaction) => store.transact(transaction),
    watch: (prefix, signal) => store.watch(prefix, signal),
    grantLease: (ttlMs) => store.grantLease(ttlMs),
    close: () => store.close(),
  };
}

const put = (key: string, value = '1', lease = 0n): WriteOp => ({ put: key, value: bytes(value), lease });
const kindOf = (error: MillraceError) => error.kind;
const outcomes = (commits: readonly Promise<void>[]) =>
  Promise.all(commits.map((commit) => commit.then(() => 'done', kindOf)));

async function session(store: MetaStore) {
  const { revision } = await store.transact({ writes: [put('session')] });
  return { key: 'session', createRevision: revision };
}

describe('GroupCommit', () => {
  it('puts commits that come together into one transaction', async () => {
    const { store, sizes } = counting(newStore());
    const commits = new GroupCommit(store, { guards: [] });
    await Promise.all(['a', 'b', 'c'].map((key) => commits.commit({ writes: [put(key)] })));
    expect(sizes).toEqual([3]);
  });

  it('fills a transaction no further than guards, writes and bytes fit', async () => {
    const memory = newStore();
    const guards = [await session(memory)];
    const { store, sizes } = counting(memory);
    const commits = new GroupCommit(store, { guards });
    await Promise.all(Array.from({ length: 200 }, (_, i) => commits.commit({ writes: [put(`k${i}`)] })));
    expect(sizes).toEqual([transactionOpsMax - 1, 200 - (transactionOpsMax - 1)]);
    const large = '€'.repeat(200_000);
    await Promise.all(['a', 'b', 'c'].map((key) => commits.commit({ writes: [put(key, large)] })));
    expect(sizes.slice(2)).toEqual([2, 1]);
  });

  it('counts the bytes of a key, not its characters', async () => {
    const { store, sizes } = counting(newStore());
    const commits = new GroupCommit(store, { guards: [] });
    const value = 'x'.repeat(749_600);
    await Promise.all(
      ['€'.repeat(300), 'ü'.repeat(300)].map((key) => commits.commit({ writes: [put(key, value)] })),
    );
    expect(sizes).toEqual([1, 1]);
  });

  it('refuses a commit that no store takes, and does its neighbours', async () => {
    const { store, sizes } = counting(newStore());
    const commits = new GroupCommit(store, { guards: [] });
    const tooMany = Array.from({ length: transactionOpsMax + 1 }, (_, i) => put(`m${i}`));
    const bad: WriteOp[][] = [[put('x'), put('x')], [put('')], tooMany, [put('y', 'v'.repeat(1_500_000))]];
    const all = [[put('a')], ...bad, [put('b')]].map((writes) => commits.commit({ writes }));
    expect(await outcomes(all)).toEqual(['done', 'invalid', 'invalid', 'invalid', 'invalid', 'done']);
    expect(sizes).toEqual([2]);
  });

  it('refuses a put under an ended lease with Fenced, and does its neighbours', async () => {
    const store = newStore();
    const lease = await store.grantLease(60_000);
    await lease.revoke();
    const commits = new GroupCommit(store, { guards: [] });
    const all = [[put('a')], [put('b', '1', lease.id)], [put('c')]].map((writes) =>
      commits.commit({ writes }),
    );
    expect(await outcomes(all)).toEqual(['done', 'fenced', 'done']);
    expect(text(await store.get('a'))).toBe('1');
    expect(await store.get('b')).toBeUndefined();
    expect(text(await store.get('c'))).toBe('1');
  });

  it('refuses everything with Fenced once a guard fails, and writes nothing', async () => {
    const memory = newStore();
    const guards = [await session(memory)];
    await memory.transact({ writes: [{ delete: 'session' }] });
    await memory.transact({ writes: [put('session')] });
    const { store, sizes } = counting(memory);
    const commits = new GroupCommit(store, { guards });
    const all = ['a', 'b', 'c'].map((key) => commits.commit({ writes: [put(key)] }));
    expect(await outcomes(all)).toEqual(['fenced', 'fenced', 'fenced']);
    expect(await memory.get('a')).toBeUndefined();
    expect(sizes).toEqual([3]);
  });

  it('stops going one by one when the guard fails on the way', async () => {
    const memory = newStore();
    const guards = [await session(memory)];
    const lease = await memory.grantLease(60_000);
    await lease.revoke();
    let calls = 0;
    const { store, sizes } = counting(memory, () => {
      if (++calls === 3) void memory.transact({ writes: [{ delete: 'session' }] });
    });
    const commits = new GroupCommit(store, { guards });
    const all = [[put('a')], [put('b')], [put('c', '1', lease.id)], [put('d')]].map((writes) =>
      commits.commit({ writes }),
    );
    expect(await outcomes(all)).toEqual(['done', 'fenced', 'fenced', 'fenced']);
    expect(sizes).toEqual([4, 1, 1]);
  });

  it('fails all of a group at once when the store does not answer, and goes on afterwards', async () => {
    const memory = newStore();
    let down = true;
    const { store, sizes } = counting(memory, () => {
      if (down) throw new Unavailable('no answer');
    });
    const commits = new GroupCommit(store, { guards: [] });
    const all = ['a', 'b'].map((key) => commits.commit({ writes: [put(key)] }));
    expect(await outcomes(all)).toEqual(['unavailable', 'unavailable']);
    expect(sizes).toEqual([2]);
    down = false;
    await commits.commit({ writes: [put('a')] });
    expect(text(await memory.get('a'))).toBe('1');
  });

  it.each<[string, Omit<GroupCommitSettings, 'guards'>]>([
    ['waitingMax', { waitingMax: 2 }],
    ['waitingBytesMax', { waitingBytesMax: 4 }],
  ])('refuses what exceeds %s with Exhausted, and takes more once there is room', async (name, limit) => {
    const commits = new GroupCommit(newStore(), { guards: [], ...limit });
    const all = ['a', 'b', 'c'].map((key) => commits.commit({ writes: [put(key)] }));
    await expect(all[2]).rejects.toThrow(name);
    expect(await outcomes(all)).toEqual(['done', 'done', 'exhausted']);
    await commits.commit({ writes: [put('c')] });
  });

  it('has the outcome of doing one commit after the other', async () => {
    const key = fc.constantFrom('a', 'b', 'ab', 'ü', '€/1');
    const write = fc.oneof(
      { weight: 6, arbitrary: fc.record({ put: key, value: fc.uint8Array({ maxLength: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ ended: key }) },
      { weight: 2, arbitrary: fc.record({ delete: key }) },
      { weight: 1, arbitrary: fc.record({ deletePrefix: fc.constantFrom('a', '€', 'z') }) },
    );
    const commit = fc.record({
      writes: fc.array(write, { maxLength: 3 }),
      turnsBefore: fc.constantFrom(0, 0, 0, 1, 5),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(commit, { maxLength: 30 }), async (list) => {
        const grouped = newStore();
        const oneByOne = newStore();
        const lease = await grouped.grantLease(60_000);
        await lease.revoke();
        const writesOf = (writes: (typeof list)[number]['writes']): WriteOp[] =>
          writes.map((one) => ('ended' in one ? put(one.ended, 'never', lease.id) : one));
        const commits = new GroupCommit(grouped, { guards: [] });
        const under: Promise<void>[] = [];
        for (const { writes, turnsBefore } of list) {
          for (let turn = 0; turn < turnsBefore; turn++) await Promise.resolve();
          const done = commits.commit({ writes: writesOf(writes) });
          done.catch(() => {});
          under.push(done);
        }
        const expected: string[] = [];
        for (const { writes } of list) {
          const done = oneByOne.transact({ writes: writesOf(writes) });
          expected.push(await done.then(() => 'done', kindOf));
        }
        expect(await outcomes(under)).toEqual(expected);
        const state = async (store: MetaStore) =>
          (await store.range({ prefix: '' })).kvs.map((kv) => [kv.key, text(kv), kv.version]);
        expect(await state(grouped)).toEqual(await state(oneByOne));
        await grouped.close();
        await oneByOne.close();
        stores.length = 0;
      }),
      { numRuns: 200 },
    );
  });
});
