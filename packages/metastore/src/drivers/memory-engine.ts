import type { Clock } from '@millrace/core';
import { applyDeletes, applyTransaction } from '../local/apply.ts';
import type { WatchSource } from '../local/watch.ts';
import type { LeaseID, Revision, Transaction, TransactionResult } from '../meta-store.ts';
import { MemoryTable } from './memory-table.ts';

interface LeaseRecord {
  readonly id: LeaseID;
  readonly ttlMs: number;
  expiresAt: number;
  readonly ended: AbortController;
}

/** What the clients of one memory store share. */
export class MemoryEngine implements WatchSource {
  readonly table: MemoryTable;
  private readonly clock: Clock;
  private readonly leases = new Map<LeaseID, LeaseRecord>();
  private readonly waiters = new Set<() => void>();
  private leasesGranted = 0n;
  private clients = 0;
  private stopExpiry = new AbortController();

  constructor(clock: Clock, logMax: number) {
    this.clock = clock;
    this.table = new MemoryTable(logMax);
  }

  /** Time passes for leases while a client is open; without one, nothing keeps the process alive. */
  clientOpened(): void {
    if (this.clients++ > 0) return;
    this.stopExpiry = new AbortController();
    for (const lease of this.leases.values()) void this.expire(lease, this.stopExpiry.signal);
  }

  clientClosed(): void {
    if (--this.clients === 0) this.stopExpiry.abort();
  }

  read(): MemoryTable {
    return this.table;
  }

  transact(transaction: Transaction): TransactionResult {
    const result = applyTransaction(this.table, transaction);
    this.wakeWatchers();
    return result;
  }

  changed(after: Revision, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.table.revision > after) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (changed: boolean) => {
        this.waiters.delete(woken);
        signal.removeEventListener('abort', stopped);
        resolve(changed);
      };
      const woken = () => end(true);
      const stopped = () => end(false);
      this.waiters.add(woken);
      signal.addEventListener('abort', stopped, { once: true });
    });
  }

  /** The signal aborts when the lease ends other than by `endLease`. */
  grantLease(ttlMs: number): { readonly id: LeaseID; readonly ended: AbortSignal } {
    const id = ++this.leasesGranted;
    const expiresAt = this.clock.monotonic() + ttlMs;
    const lease: LeaseRecord = { id, ttlMs, expiresAt, ended: new AbortController() };
    this.leases.set(id, lease);
    this.table.addLease(id);
    void this.expire(lease, this.stopExpiry.signal);
    return { id, ended: lease.ended.signal };
  }

  /** False when the lease has ended. */
  renewLease(id: LeaseID): boolean {
    const lease = this.leases.get(id);
    if (lease === undefined) return false;
    lease.expiresAt = this.clock.monotonic() + lease.ttlMs;
    return true;
  }

  endLease(id: LeaseID): void {
    if (!this.leases.delete(id)) return;
    applyDeletes(this.table, this.table.keysOfLease(id));
    this.table.removeLease(id);
    this.wakeWatchers();
  }

  private async expire(lease: LeaseRecord, signal: AbortSignal): Promise<void> {
    while (await this.clock.sleep(Math.max(0, lease.expiresAt - this.clock.monotonic()), signal)) {
      if (!this.leases.has(lease.id)) return;
      if (lease.expiresAt > this.clock.monotonic()) continue;
      this.endLease(lease.id);
      lease.ended.abort();
      return;
    }
  }

  private wakeWatchers(): void {
    for (const wake of [...this.waiters]) wake();
  }
}
