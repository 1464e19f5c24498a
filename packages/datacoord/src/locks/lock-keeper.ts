import type { Clock, Logger, Service } from '@millrace/core';
import { type MetaStore, watchSessions } from '@millrace/metastore';
import { describeError } from '@millrace/runtime';
import type { SegmentLocks } from './segment-locks.ts';

export interface LockKeeperParts {
  readonly store: MetaStore;
  readonly metaRoot: string;
  readonly locks: SegmentLocks;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Roles for whose nodes segments are locked: index nodes in 2.2.8, query nodes in others. */
const lockingRoles = ['indexnode', 'querynode'] as const;
const retryMs = 1_000;

/** Gives the locks of a node back when its session ends; those of nodes that went while nobody looked too. Source: spec datacoord §2.26. */
export class LockKeeper implements Service {
  readonly name = 'lock-keeper';
  private readonly parts: LockKeeperParts;
  private readonly living = new Map<string, Set<bigint>>();

  constructor(parts: LockKeeperParts) {
    this.parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(lockingRoles.map((role) => this.follow(role, signal)));
  }

  private async follow(role: string, signal: AbortSignal): Promise<void> {
    const { store, metaRoot } = this.parts;
    const living = new Set<bigint>();
    for await (const { added, removed } of watchSessions(store, metaRoot, role, signal)) {
      for (const { serverID } of removed) living.delete(serverID);
      for (const { serverID } of added) living.add(serverID);
      const first = !this.living.has(role);
      this.living.set(role, living);
      if (first || removed.length > 0) await this.sweep(signal);
    }
  }

  /** Nothing is given back before all roles are known: a node of the other might hold it. */
  private async sweep(signal: AbortSignal): Promise<void> {
    const { locks, clock, log } = this.parts;
    if (this.living.size < lockingRoles.length) return;
    for (;;) {
      try {
        const released = await locks.keepOnly(new Set([...this.living.values()].flatMap((ids) => [...ids])));
        if (released > 0) log.info({ released }, 'segment locks of gone nodes released');
        return;
      } catch (error) {
        log.warn({ error: describeError(error) }, 'segment locks of gone nodes not released, trying again');
        if (!(await clock.sleep(retryMs, signal))) return;
      }
    }
  }
}
