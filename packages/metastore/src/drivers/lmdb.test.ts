import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, type Logger, silentLogger } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LmdbMetaStore } from './lmdb.ts';

describe('lmdb, shared by processes', () => {
  let directory: string;
  const opened: LmdbMetaStore[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'millrace-lmdb-'));
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    rmSync(directory, { recursive: true });
  });
  const open = () => {
    const store = new LmdbMetaStore({ clock: realClock, log: silentLogger }, { directory });
    opened.push(store);
    return store;
  };
  const child = (job: string) =>
    fork(fileURLToPath(new URL('../testing/lmdb-child.ts', import.meta.url)), [directory, job], {
      execArgv: ['--conditions=millrace-source'],
    });
  const said = (process: ReturnType<typeof child>) =>
    new Promise<number>((resolve) => {
      process.once('message', (message) => resolve(Number(message)));
    });

  it('keeps what was written, with its versions and revisions, across a close', async () => {
    const first = open();
    await first.transact({ writes: [{ put: 'a', value: Buffer.from('1') }] });
    await first.transact({ writes: [{ put: 'a', value: Buffer.from('2') }] });
    const before = await first.get('a');
    await first.close();
    opened.splice(0);
    expect(await open().get('a')).toEqual(before);
    expect(before?.version).toBe(2n);
  });

  it('shows a watcher what another process writes, in order', async () => {
    const store = open();
    const stop = new AbortController();
    const values: number[] = [];
    const watching = (async () => {
      for await (const batch of store.watch('count', stop.signal)) {
        for (const event of batch.events)
          if (event.type === 'put') values.push(Number(Buffer.from(event.kv.value).toString()));
        if (values.at(-1) === 50) stop.abort();
      }
    })();
    const writer = child('count');
    await said(writer);
    await watching;
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(values.at(-1)).toBe(50);
  });

  it('loses no acknowledged write of a process that is killed, and goes on without it', async () => {
    for (let round = 0; round < 3; round++) {
      const writer = child('write');
      let acknowledged = 0;
      writer.on('message', (message) => {
        acknowledged = Number(message);
      });
      await expect.poll(() => acknowledged, { interval: 5, timeout: 10_000 }).toBeGreaterThan(20);
      writer.kill('SIGKILL');
      const last = acknowledged;
      const store = open();
      const kv = await store.get(`writer/${writer.pid}`);
      expect(Number(Buffer.from(kv?.value ?? []).toString())).toBeGreaterThanOrEqual(last);
      await store.transact({ writes: [{ put: 'alive', value: Buffer.from(String(round)) }] });
    }
  });

  it("ends a dead process's lease at once, long before its time", async () => {
    const store = open();
    const holder = child('lease');
    await said(holder);
    expect(await store.get('held')).toBeDefined();
    holder.kill('SIGKILL');
    await expect.poll(() => store.get('held'), { timeout: 3_000 }).toBeUndefined();
  });

  it('ends it too where the process that looks most often is the one that died', async () => {
    const holder = child('lease');
    await said(holder);
    const store = open();
    const own = await store.grantLease(60_000);
    await store.transact({ writes: [{ put: 'own', value: Buffer.from('1'), lease: own.id }] });
    // Once it has seen that another's lease is older it looks seldom.
    await realClock.sleep(600);
    holder.kill('SIGKILL');
    await expect.poll(() => store.get('held'), { timeout: 10_000 }).toBeUndefined();
    expect(await store.get('own')).toBeDefined();
  });

  it('keeps a lease without writing to the store', async () => {
    const store = open();
    const lease = await store.grantLease(3_000);
    await store.transact({ writes: [{ put: 'held', value: Buffer.from('1'), lease: lease.id }] });
    const written = statSync(join(directory, 'data.mdb')).mtimeMs;
    await realClock.sleep(3_500);
    expect(statSync(join(directory, 'data.mdb')).mtimeMs).toBe(written);
    expect(lease.lost.aborted).toBe(false);
    expect(await open().get('held')).toBeDefined();
  });

  it('tells an owner that was held up beyond its time whether it lost its lease', async () => {
    const observer = open();
    let late: (() => void) | undefined;
    const heldUp: Clock = {
      ...realClock,
      sleep: (ms, signal) =>
        ms === 200 && late === undefined
          ? new Promise((resolve) => {
              late = () => resolve(true);
            })
          : realClock.sleep(ms, signal),
    };
    const store = new LmdbMetaStore({ clock: heldUp, log: silentLogger }, { directory });
    opened.push(store);
    const lease = await store.grantLease(600);
    await store.transact({ writes: [{ put: 'held', value: Buffer.from('1'), lease: lease.id }] });
    await expect.poll(() => observer.get('held'), { timeout: 10_000 }).toBeUndefined();
    late?.();
    await expect.poll(() => lease.lost.aborted, { timeout: 5_000 }).toBe(true);
  });

  it('finds its directory whatever its name', async () => {
    directory = join(directory, 'v1.2');
    await open().transact({ writes: [{ put: 'a', value: Buffer.from('1') }] });
    expect(await open().get('a')).toBeDefined();
  });

  it('keeps a lease, and ends one that is not renewed, however the clock of the machine is set', async () => {
    let jumpMs = 0;
    const clock = { ...realClock, now: () => realClock.now() + jumpMs };
    const withClock = (components: { readonly clock: Clock; readonly log: Logger }) => {
      const store = new LmdbMetaStore(components, { directory });
      opened.push(store);
      return store;
    };
    const observer = withClock({ clock, log: silentLogger });
    const hangs = { ...realClock, sleep: () => new Promise<boolean>(() => undefined) };
    const kept = await withClock({ clock: realClock, log: silentLogger }).grantLease(1_000);
    // Not closed at the end: its loops hang as well.
    const hanging = new LmdbMetaStore({ clock: hangs, log: silentLogger }, { directory });
    const left = await hanging.grantLease(1_000);
    const put = (key: string, lease: bigint) => ({ put: key, value: Buffer.from('1'), lease });
    await observer.transact({ writes: [put('kept', kept.id), put('left', left.id)] });
    jumpMs = 3_600_000;
    await realClock.sleep(500);
    expect(await observer.get('left')).toBeDefined();
    jumpMs = -3_600_000;
    await expect.poll(() => observer.get('left'), { timeout: 5_000 }).toBeUndefined();
    expect(await observer.get('kept')).toBeDefined();
    expect(kept.lost.aborted).toBe(false);
  });

  it('goes on ending leases after a sweep that failed', async () => {
    let failures = 2;
    const monotonic = () => {
      if (failures-- > 0) throw new Error('no time');
      return realClock.monotonic();
    };
    const warnings: string[] = [];
    const log = { ...silentLogger, warn: (_fields: object, event: string) => warnings.push(event) };
    opened.push(new LmdbMetaStore({ clock: { ...realClock, monotonic }, log }, { directory }));
    const store = open();
    const holder = child('lease');
    await said(holder);
    holder.kill('SIGKILL');
    await expect.poll(() => store.get('held'), { timeout: 5_000 }).toBeUndefined();
    await expect.poll(() => warnings).toEqual(['leases not swept', 'leases not swept']);
  });

  it('counts right when several processes compare and set one key', async () => {
    const writers = Array.from({ length: 3 }, () => child('increment'));
    await Promise.all(writers.map((writer) => new Promise((resolve) => writer.once('exit', resolve))));
    const kv = await open().get('counter');
    expect(Buffer.from(kv?.value ?? []).toString()).toBe('150');
  });
});
