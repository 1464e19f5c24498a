import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom, silentLogger } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LmdbMetaStore } from './drivers/lmdb.ts';
import { MemoryMetaStore } from './drivers/memory.ts';
import { metaKeys } from './keys.ts';
import type { MetaStore } from './meta-store.ts';
import { discover, registerSession, type Session } from './session.ts';
import { decodeSession } from './session-info.ts';
import { registerStandby } from './standby.ts';

const root = 'by-dev/meta';
const keys = metaKeys(root);

describe.each([
  ['memory', () => ({ store: new MemoryMetaStore({ clock: realClock }), clean: () => {} })],
  [
    'lmdb',
    () => {
      const directory = mkdtempSync(join(tmpdir(), 'millrace-standby-'));
      const store = new LmdbMetaStore({ clock: realClock, log: silentLogger }, { directory });
      return { store, clean: () => rmSync(directory, { recursive: true }) };
    },
  ],
])('a coordinator that stands by, on %s', (_, open) => {
  let store: MetaStore;
  let clean: () => void;
  let over: AbortController;
  beforeEach(() => {
    ({ store, clean } = open());
    over = new AbortController();
  });
  afterEach(async () => {
    over.abort();
    await store.close();
    clean();
  });

  const world = () => ({ store, clock: realClock, random: seededRandom(1) });
  const settings = (address: string) => ({ role: 'datacoord', address, ttlMs: 1_000 }) as const;
  const active = () => registerSession(world(), root, settings('active:1'), over.signal);
  /** Resolves as soon as it stands by. */
  function standBy(address: string): Promise<{ readonly session: Promise<Session> }> {
    return new Promise((resolve) => {
      const session: Promise<Session> = registerStandby(world(), root, settings(address), over.signal, () =>
        resolve({ session }),
      );
      session.catch(() => undefined);
    });
  }
  const address = async () => (await discover(store, root, 'datacoord'))?.address;

  it('is active at once where there is no other', async () => {
    const { session } = await standBy('first:1');
    expect((await session).key).toBe(keys.key.exclusiveSession({ role: 'datacoord' }));
    expect(await address()).toBe('first:1');
  });

  it('has a key of its own meanwhile, and leaves the active one alone', async () => {
    await active();
    await standBy('second:1');
    expect(await address()).toBe('active:1');
    const { kvs } = await store.range({ prefix: `${keys.prefix.sessions()}datacoord-` });
    expect(kvs.map(({ key, value }) => decodeSession(key, value))).toMatchObject([
      { role: 'datacoord', address: 'second:1', exclusive: true },
    ]);
  });

  it('takes the place of one that stops', async () => {
    const first = await active();
    const { session } = await standBy('second:1');
    await first.close();
    expect((await session).lost.aborted).toBe(false);
    expect(await address()).toBe('second:1');
  });

  it('is one of several, and each of the others the next', async () => {
    const first = await active();
    const waiting = await Promise.all(['second:1', 'third:1'].map((name) => standBy(name)));
    await first.close();
    const next = await Promise.race(waiting.map(({ session }) => session));
    const before = await address();
    await next.close();
    const [second, third] = await Promise.all(waiting.map(({ session }) => session));
    expect(second?.revision).not.toBe(third?.revision);
    expect([before, await address()].sort()).toEqual(['second:1', 'third:1']);
  });

  it('gives its key back when it stops before its turn', async () => {
    await active();
    const { session } = await standBy('second:1');
    over.abort();
    await expect(session).rejects.toMatchObject({ kind: 'unavailable' });
    const { kvs } = await store.range({ prefix: `${keys.prefix.sessions()}datacoord-` });
    expect(kvs).toEqual([]);
  });
});
