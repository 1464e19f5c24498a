import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aborted, seededRandom, silentLogger, Unavailable } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LmdbMetaStore } from './drivers/lmdb.ts';
import { MemoryMetaStore } from './drivers/memory.ts';
import { metaKeys } from './keys.ts';
import type { MetaStore } from './meta-store.ts';
import {
  allocateServerID,
  discover,
  listSessions,
  registerSession,
  type Session,
  type SessionChanges,
  type SessionSettings,
  watchSessions,
} from './session.ts';
import { decodeSession, encodeSession } from './session-info.ts';
import { bytes, putAll, text } from './testing/harness.ts';

const root = 'by-dev/meta';
const keys = metaKeys(root);
const datacoord: SessionSettings = { role: 'datacoord', address: '127.0.0.1:13333' };
const datanode: SessionSettings = { role: 'datanode', address: '127.0.0.1:21124' };
const fixture: readonly { readonly key: string; readonly value: string }[] = JSON.parse(
  readFileSync(new URL('../fixtures/etcd.json', import.meta.url), 'utf8'),
);
const golden = fixture.flatMap(({ key, value }) => {
  const kind = keys.parse(key)?.kind;
  return kind === 'exclusiveSession' || kind === 'nodeSession'
    ? [{ key, value: Buffer.from(value, 'base64') }]
    : [];
});

let store: MemoryMetaStore;
let over: AbortController;
beforeEach(() => {
  store = new MemoryMetaStore({ clock: realClock });
  over = new AbortController();
});
afterEach(async () => {
  over.abort();
  await store.close();
});

const register = (settings: SessionSettings, on: MetaStore = store): Promise<Session> =>
  registerSession({ store: on, clock: realClock, random: seededRandom(1) }, root, settings, over.signal);

describe('server ids', () => {
  it('are distinct however many servers ask at once, and larger after a restart', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-session-'));
    const take = async (count: number) => {
      const open = () => new LmdbMetaStore({ clock: realClock, log: silentLogger }, { directory });
      const clients = [open(), open()] as const;
      const asked = Array.from({ length: count }, (_, i) =>
        allocateServerID(clients[i % 2 === 0 ? 0 : 1], root),
      );
      const ids = await Promise.all(asked);
      for (const client of clients) await client.close();
      return ids.toSorted((a, b) => Number(a - b));
    };
    expect(await take(50)).toEqual(Array.from({ length: 50 }, (_, i) => BigInt(i + 1)));
    expect(await take(2)).toEqual([51n, 52n]);
    rmSync(directory, { recursive: true });
  });

  it('go on from the counter a cluster left, which names the next one', async () => {
    await putAll(store, { [keys.key.serverIDCounter()]: '9' });
    expect(await allocateServerID(store, root)).toBe(9n);
    expect(text(await store.get(keys.key.serverIDCounter()))).toBe('10');
  });

  it('are refused with Corrupt where the counter is no number', async () => {
    await putAll(store, { [keys.key.serverIDCounter()]: 'nine' });
    await expect(allocateServerID(store, root)).rejects.toMatchObject({ kind: 'corrupt' });
  });
});

describe('session bytes', () => {
  it.each(golden)('$key is read, and written again as recorded', ({ key, value }) => {
    expect(Buffer.from(encodeSession(decodeSession(key, value))).toString()).toBe(value.toString());
  });

  it.each(golden)('$key is registered as recorded', async ({ key, value }) => {
    const { serverID, address, version, role } = decodeSession(key, value);
    if (role !== 'datacoord' && role !== 'datanode') return;
    const session = await register({ role, serverID, address, version });
    expect(session.key).toBe(key);
    expect(text(await store.get(key))).toBe(value.toString());
  });

  it.each(['', 'null', '[', '{"ServerID":"1"}', '{"ServerID":1.5}'])('%j is Corrupt', (value) => {
    expect(() => decodeSession('key', bytes(value))).toThrow(expect.objectContaining({ kind: 'corrupt' }));
  });
});

describe('a session', () => {
  it('refuses a second coordinator with Conflict while the first lives', async () => {
    const first = await register({ ...datacoord, ttlMs: 200 });
    await expect(register({ ...datacoord, attempts: 2 })).rejects.toMatchObject({ kind: 'conflict' });
    expect(first.lost.aborted).toBe(false);
    expect((await discover(store, root, 'datacoord'))?.serverID).toBe(first.serverID);
  });

  it('waits for a coordinator that is gone, and wins when its lease ends', async () => {
    const predecessor = store.client();
    const first = await register({ ...datacoord, ttlMs: 300 }, predecessor);
    const second = register(datacoord);
    await predecessor.close();
    const won = await second;
    expect(won.revision).toBeGreaterThan(first.revision);
    expect((await discover(store, root, 'datacoord'))?.serverID).toBe(won.serverID);
    const fenced = await store.transact({
      compares: [{ key: first.key, createRevision: first.revision }],
      writes: [{ put: 'late', value: bytes('1') }],
    });
    expect(fenced.succeeded).toBe(false);
  });

  it('gives up waiting when the signal aborts', async () => {
    await register(datacoord);
    const second = register(datacoord);
    over.abort();
    await expect(second).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('leaves no lease behind from tries that failed', async () => {
    const first = await register(datacoord);
    await register({ ...datacoord, attempts: 1 }).catch(() => {});
    expect(await listSessions(store, root, 'datacoord')).toHaveLength(1);
    await first.close();
    expect(await listSessions(store, root, 'datacoord')).toEqual([]);
  });

  it('is lost when its lease ends', async () => {
    const frozen = { ...realClock, sleep: () => new Promise<boolean>(() => undefined) };
    const hangs = store.client({ clock: frozen });
    const session = await register({ ...datanode, ttlMs: 100 }, hangs);
    await aborted(session.lost);
    expect(await store.get(session.key)).toBeUndefined();
    await hangs.close();
  });

  it('is lost when somebody deletes its key, or puts another in its place', async () => {
    const deleted = await register(datanode);
    await store.transact({ writes: [{ delete: deleted.key }] });
    await aborted(deleted.lost);
    const replaced = await register(datanode);
    await store.transact({ writes: [{ delete: replaced.key }] });
    await putAll(store, { [replaced.key]: '{}' });
    await aborted(replaced.lost);
  });

  it('is closed without the store when it is lost: the store may be what is away', async () => {
    const grant = store.grantLease.bind(store);
    vi.spyOn(store, 'grantLease').mockImplementation(async (ttlMs) => ({
      ...(await grant(ttlMs)),
      revoke: () => Promise.reject(new Unavailable('the store is away')),
    }));
    const session = await register(datanode);
    await store.transact({ writes: [{ delete: session.key }] });
    await expect.poll(() => session.lost.aborted).toBe(true);
    await session.close();
  });

  it('is not lost by a change of its content, nor by closing it, which deletes the key', async () => {
    const session = await register(datanode);
    const info = decodeSession(session.key, (await store.get(session.key))?.value ?? bytes(''));
    await store.transact({
      writes: [{ put: session.key, value: encodeSession({ ...info, stopping: true }) }],
    });
    await realClock.sleep(20);
    expect(session.lost.aborted).toBe(false);
    const other = await register(datanode);
    await other.close();
    expect(await store.get(other.key)).toBeUndefined();
    expect(other.lost.aborted).toBe(false);
  });
});

describe('watchSessions', () => {
  const next = async (changes: AsyncIterator<SessionChanges, undefined>) => {
    const { value } = await changes.next();
    return value && { added: value.added.map(inShort), removed: value.removed.map(inShort) };
  };
  const inShort = ({ serverID, stopping }: { serverID: bigint; stopping: boolean }) =>
    stopping ? `${serverID} stopping` : `${serverID}`;

  it('yields all sessions of the role first, then each change', async () => {
    const one = await register(datanode);
    const two = await register(datanode);
    await register(datacoord);
    const changes = watchSessions(store, root, 'datanode', over.signal);
    expect(await next(changes)).toEqual({ added: ['1', '2'], removed: [] });
    await register({ role: 'proxy', address: '127.0.0.1:19530' });
    await register(datanode);
    expect(await next(changes)).toEqual({ added: ['5'], removed: [] });
    await one.close();
    expect(await next(changes)).toEqual({ added: [], removed: ['1'] });
    const info = decodeSession(two.key, (await store.get(two.key))?.value ?? bytes(''));
    await store.transact({ writes: [{ put: two.key, value: encodeSession({ ...info, stopping: true }) }] });
    expect(await next(changes)).toEqual({ added: ['2 stopping'], removed: [] });
  });

  it('yields an empty listing first when there is no session, and ends with the signal', async () => {
    const changes = watchSessions(store, root, 'datanode', over.signal);
    expect(await next(changes)).toEqual({ added: [], removed: [] });
    const end = next(changes);
    over.abort();
    expect(await end).toBeUndefined();
  });

  it('tells of a successor under the same key as one gone and one new', async () => {
    const changes = watchSessions(store, root, 'datacoord', over.signal);
    const first = await register(datacoord);
    await next(changes);
    await first.close();
    await register(datacoord);
    const seen = [await next(changes)];
    if (seen[0]?.added.length === 0) seen.push(await next(changes));
    expect(seen.flatMap((change) => change?.removed)).toEqual(['1']);
    expect(seen.flatMap((change) => change?.added)).toEqual(['2']);
  });
});
