import {
  type BackoffLimits,
  type Clock,
  Conflict,
  Corrupt,
  isKind,
  isTransient,
  type Random,
  retry,
} from '@millrace/core';
import { type MetaKeys, metaKeys } from './keys.ts';
import type { KeyValue, Lease, MetaStore, Revision } from './meta-store.ts';
import { decodeSession, encodeSession, type Role, roles, type SessionInfo } from './session-info.ts';

export { type Role, roles, type SessionInfo } from './session-info.ts';

/** Who a process says it is to the others. Source: spec datacoord §11.2. */
export interface SessionSettings {
  readonly role: Role;
  /** `host:port` the others dial. */
  readonly address: string;
  /** From `allocateServerID`, where it is needed before the server listens. Default: allocated here. */
  readonly serverID?: bigint;
  /** `common.session.ttl`. Default 20 s. */
  readonly ttlMs?: number;
  /** Tries against a key that somebody still holds: `common.session.retryTimes`, default 30, pausing 0.2 to 3 s. */
  readonly attempts?: number;
  /** Default 2.2.8: the original DataCoord ignores DataNodes below 2.2.3. */
  readonly version?: string;
}

/** A process' entry among the sessions of the cluster, renewed until it is closed or lost. */
export interface Session {
  readonly serverID: bigint;
  readonly key: string;
  /** Create revision of the session key. A transaction that compares it is refused once the session is lost (law of fencing). */
  readonly revision: Revision;
  /** Aborts when the lease ended or somebody removed the key: stop writing at once. Not by `close`. */
  readonly lost: AbortSignal;
  /** Revokes the lease: the key is gone when this resolves. Does nothing to a session that is lost. */
  close(): Promise<void>;
}

interface World {
  readonly store: MetaStore;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Takes the next server id: unique in the cluster, larger with each start. Source: spec datacoord §11.1.
 * @throws Corrupt when the counter holds no number
 */
export async function allocateServerID(store: MetaStore, root: string): Promise<bigint> {
  const key = metaKeys(root).key.serverIDCounter();
  for (;;) {
    const counter = await store.get(key);
    if (counter === undefined) {
      await store.transact({ compares: [{ key, version: 0n }], writes: [{ put: key, value: utf8('1') }] });
      continue;
    }
    const text = Buffer.from(counter.value).toString();
    if (!/^\d+$/.test(text)) throw new Corrupt(`${key} holds "${text}", not a number`);
    const id = BigInt(text);
    const { succeeded } = await store.transact({
      compares: [{ key, value: counter.value }],
      writes: [{ put: key, value: utf8(String(id + 1n)) }],
    });
    if (succeeded) return id;
  }
}

/**
 * Puts the session key under a lease and keeps it. A coordinator waits for a predecessor's key to run out; Conflict when it does not
 * within the attempts, Unavailable when the signal aborts first. Source: spec datacoord §11.2.
 */
export async function registerSession(
  world: World,
  root: string,
  settings: SessionSettings,
  signal: AbortSignal,
): Promise<Session> {
  const { role, address, ttlMs = 20_000, version = '2.2.8' } = settings;
  const serverID = settings.serverID ?? (await allocateServerID(world.store, root));
  const { exclusive } = roles[role];
  const { key: keys } = metaKeys(root);
  const key = exclusive ? keys.exclusiveSession({ role }) : keys.nodeSession({ role, serverID });
  const value = encodeSession({ serverID, role, address, exclusive, stopping: false, version });
  const limits: BackoffLimits = { firstMs: 200, maxMs: 3000, attempts: settings.attempts ?? 30 };
  const isRetriable = (error: unknown) => isTransient(error) || isKind(error, 'conflict');
  const held = await retry(world, limits, signal, () => take(world.store, key, value, ttlMs), isRetriable);
  return keepSession(world.store, serverID, held);
}

export interface HeldKey {
  readonly key: string;
  readonly lease: Lease;
  readonly revision: Revision;
}

async function take(store: MetaStore, key: string, value: Uint8Array, ttlMs: number): Promise<HeldKey> {
  const lease = await store.grantLease(ttlMs);
  try {
    const { succeeded, revision } = await store.transact({
      compares: [{ key, version: 0n }],
      writes: [{ put: key, value, lease: lease.id }],
    });
    if (succeeded) return { key, lease, revision };
    throw new Conflict(`session ${key} is held by another process: stop it, or wait until its lease ends`);
  } catch (error) {
    // An unanswered put may have happened; ending its lease takes it back.
    await lease.revoke().catch(() => undefined);
    throw error;
  }
}

/** The session of a key that was created under a lease. */
export function keepSession(store: MetaStore, serverID: bigint, { key, lease, revision }: HeldKey): Session {
  const removed = new AbortController();
  const closed = new AbortController();
  const lost = AbortSignal.any([lease.lost, removed.signal]);
  void watchRemoval(store, key, revision, AbortSignal.any([closed.signal, lost])).then((gone) => {
    if (gone) removed.abort();
  });
  return {
    serverID,
    key,
    revision,
    lost,
    async close() {
      closed.abort();
      // A lost session has nothing to give back, and its store may not answer.
      if (!lost.aborted) await lease.revoke();
    },
  };
}

/** True once the key of that create revision is gone, false when the signal aborts or the watch ends first. */
async function watchRemoval(
  store: MetaStore,
  key: string,
  revision: Revision,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    for await (const batch of store.watch(key, signal)) {
      if (signal.aborted) return false;
      const own = batch.events.filter((event) => (event.type === 'put' ? event.kv.key : event.key) === key);
      const present = batch.snapshot
        ? own.some((event) => event.type === 'put' && event.kv.createRevision === revision)
        : own.every((event) => event.type === 'put' && event.kv.createRevision === revision);
      if (!present) return true;
    }
  } catch {
    // The lease's own signal still tells of a loss: the watch only tells sooner.
  }
  return false;
}

/** The session of a coordinator, or undefined while there is none. Source: spec datacoord §11.3. */
export async function discover(
  store: MetaStore,
  root: string,
  role: string,
): Promise<SessionInfo | undefined> {
  const kv = await store.get(metaKeys(root).key.exclusiveSession({ role }));
  return kv === undefined ? undefined : decodeSession(kv.key, kv.value);
}

/** All sessions of a role, in the order of their keys. */
export async function listSessions(store: MetaStore, root: string, role: string): Promise<SessionInfo[]> {
  const keys = metaKeys(root);
  const { kvs } = await store.range({ prefix: `${keys.prefix.sessions()}${role}` });
  return kvs.filter((kv) => isSessionOf(keys, role, kv.key)).map((kv) => decodeSession(kv.key, kv.value));
}

/** What has changed among the sessions of a role. A coordinator whose key another one took is in both, the old id and the new. */
export interface SessionChanges {
  /** New sessions, and known ones whose content changed (`stopping`). */
  readonly added: readonly SessionInfo[];
  readonly removed: readonly SessionInfo[];
}

/** First all sessions of the role (perhaps none), then each change. What a gap in the watch hid is made up for. */
export async function* watchSessions(
  store: MetaStore,
  root: string,
  role: string,
  signal: AbortSignal,
): AsyncGenerator<SessionChanges, undefined> {
  const keys = metaKeys(root);
  const known = new Map<string, KnownSession>();
  let first = true;
  for await (const batch of store.watch(`${keys.prefix.sessions()}${role}`, signal)) {
    const added: SessionInfo[] = [];
    const removed: SessionInfo[] = [];
    const forget = (key: string) => {
      const gone = known.get(key);
      if (gone !== undefined) removed.push(gone.info);
      known.delete(key);
    };
    const learn = (kv: KeyValue) => {
      const before = known.get(kv.key);
      if (before?.modRevision === kv.modRevision) return;
      const info = decodeSession(kv.key, kv.value);
      if (before !== undefined && before.info.serverID !== info.serverID) forget(kv.key);
      known.set(kv.key, { info, modRevision: kv.modRevision });
      added.push(info);
    };
    const listed = new Set<string>();
    for (const event of batch.events) {
      const key = event.type === 'put' ? event.kv.key : event.key;
      if (!isSessionOf(keys, role, key)) continue;
      listed.add(key);
      if (event.type === 'put') learn(event.kv);
      else forget(key);
    }
    if (batch.snapshot) for (const key of [...known.keys()]) if (!listed.has(key)) forget(key);
    if (first || added.length > 0 || removed.length > 0) yield { added, removed };
    first = false;
  }
  return undefined;
}

interface KnownSession {
  readonly info: SessionInfo;
  readonly modRevision: Revision;
}

function isSessionOf(keys: MetaKeys, role: string, key: string): boolean {
  const parsed = keys.parse(key);
  return (parsed?.kind === 'nodeSession' || parsed?.kind === 'exclusiveSession') && parsed.role === role;
}

function utf8(text: string): Uint8Array {
  return Buffer.from(text);
}
