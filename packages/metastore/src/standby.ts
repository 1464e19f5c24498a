import { type Clock, Fenced, isTransient, type Random, Unavailable } from '@millrace/core';
import { metaKeys } from './keys.ts';
import type { MetaStore } from './meta-store.ts';
import { allocateServerID, keepSession, type Session, type SessionSettings } from './session.ts';
import { encodeSession } from './session-info.ts';

export interface StandbyWorld {
  readonly store: MetaStore;
  readonly clock: Clock;
  readonly random: Random;
}

const retryMs = 100;

/**
 * Takes part for a coordinator's session: registers under a key of its own, `session/<role>-<serverID>`, and waits, as long as it takes, until the
 * key of the active one is gone and this process is the first to create it; both are under one lease. Source: spec datacoord §1.5.
 * @param standsBy called once it is registered
 * @throws Fenced when its lease ends before it is the active one; Unavailable when the signal aborts first
 */
export async function registerStandby(
  { store, clock }: StandbyWorld,
  root: string,
  settings: SessionSettings,
  signal: AbortSignal,
  standsBy: () => void,
): Promise<Session> {
  const { role, address, ttlMs = 20_000, version = '2.2.8' } = settings;
  const serverID = settings.serverID ?? (await allocateServerID(store, root));
  const { key: keys } = metaKeys(root);
  const key = keys.exclusiveSession({ role });
  const value = encodeSession({ serverID, role, address, exclusive: true, stopping: false, version });
  const lease = await store.grantLease(ttlMs);
  const over = AbortSignal.any([signal, lease.lost]);
  try {
    const own = keys.nodeSession({ role, serverID });
    await store.transact({ writes: [{ put: own, value, lease: lease.id }] });
    standsBy();
    while (!over.aborted) {
      try {
        const { succeeded, revision } = await store.transact({
          compares: [{ key, version: 0n }],
          writes: [{ put: key, value, lease: lease.id }],
        });
        if (succeeded) return keepSession(store, serverID, { key, lease, revision });
        await untilGone(store, key, over);
      } catch (error) {
        if (!isTransient(error)) throw error;
        await clock.sleep(retryMs, over);
      }
    }
    if (lease.lost.aborted)
      throw new Fenced(`the lease of standby ${serverID} ended before it was active: start it again`);
    throw new Unavailable('stopped while standing by');
  } catch (error) {
    // An unanswered put may have happened; ending its lease takes it back.
    if (!lease.lost.aborted) await lease.revoke().catch(() => undefined);
    throw error;
  }
}

/** Resolves when the key may be gone, or the signal aborts. */
async function untilGone(store: MetaStore, key: string, signal: AbortSignal): Promise<void> {
  for await (const batch of store.watch(key, signal)) {
    const own = batch.events.filter((event) => (event.type === 'put' ? event.kv.key : event.key) === key);
    const last = own.at(-1);
    if (last === undefined ? batch.snapshot : last.type !== 'put') return;
  }
}
