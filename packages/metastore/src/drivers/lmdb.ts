import { type Clock, type Logger, Unavailable } from '@millrace/core';
import { checkLeaseTtl, checkTransaction } from '../check-request.ts';
import { checkKey } from '../key-order.ts';
import { applyTransaction } from '../local/apply.ts';
import { readRange } from '../local/read.ts';
import type { Table } from '../local/table.ts';
import { followLog, type WatchSource } from '../local/watch.ts';
import type {
  KeyValue,
  Lease,
  LeaseID,
  MetaStore,
  RangeOptions,
  RangePage,
  Revision,
  Transaction,
  TransactionResult,
  WatchBatch,
} from '../meta-store.ts';
import { type Environment, openEnvironment } from './lmdb/environment.ts';
import { Leases, processIsAlive } from './lmdb/leases.ts';
import { LmdbTable } from './lmdb/lmdb-table.ts';

export interface LmdbMetaStoreComponents {
  readonly clock: Clock;
  readonly log: Logger;
}

export interface LmdbMetaStoreSettings {
  /** Created when missing; shared by any number of processes of one machine. */
  readonly directory: string;
  /** Transactions kept for watchers that fall behind and for reads of the past. Default: 10,000. */
  readonly historyMax?: number;
}

/** A watcher that just saw a change looks again this soon … */
const activePollMs = 4;
/** … and one that saw none for a while this seldom. */
const idlePollMs = 25;
const activeForMs = 500;
/** How often each process looks for leases that ended. */
const sweepMs = 250;
/** How often what killed readers left is cleared away. */
const readerCheckMs = 60_000;

type Job = () => void;

/** A store on lmdb: durable, embedded, shared by the processes of one machine. */
export class LmdbMetaStore implements MetaStore, WatchSource {
  private readonly environment: Environment;
  private readonly table: LmdbTable;
  private readonly leases: Leases;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly closed = new AbortController();
  private readonly loops: Promise<void>;
  private jobs: Job[] = [];
  private settlers: { readonly settle: Job; readonly reject: (error: unknown) => void }[] = [];
  private committing: Promise<void> | undefined;
  private readonly waiters = new Set<{ readonly after: Revision; readonly wake: () => void }>();
  private polling = false;
  private lastChangeMs = 0;

  /** Throws Invalid for a directory of a newer version, Corrupt for one that is no lmdb environment. */
  constructor({ clock, log }: LmdbMetaStoreComponents, settings: LmdbMetaStoreSettings) {
    this.clock = clock;
    this.log = log;
    this.environment = openEnvironment(settings.directory);
    this.table = new LmdbTable(this.environment, settings.historyMax ?? 10_000);
    this.leases = new Leases(this.environment, this.table);
    this.loops = Promise.all([this.sweep(), this.checkReaders()]).then(() => undefined);
  }

  async get(key: string): Promise<KeyValue | undefined> {
    checkKey(key);
    return this.reading((table) => table.get(key));
  }

  async range(options: RangeOptions): Promise<RangePage> {
    return this.reading((table) => readRange(table, options));
  }

  async transact(transaction: Transaction): Promise<TransactionResult> {
    checkTransaction(transaction);
    return this.commit(() => applyTransaction(this.table, transaction));
  }

  watch(prefix: string, signal: AbortSignal): AsyncIterable<WatchBatch> {
    return followLog(this, prefix, AbortSignal.any([signal, this.closed.signal]));
  }

  async grantLease(ttlMs: number): Promise<Lease> {
    checkLeaseTtl(ttlMs);
    const id = await this.commit(() => this.leases.grant(ttlMs, this.clock.now(), process.pid));
    const lost = new AbortController();
    const revoked = new AbortController();
    void this.keepAlive(id, ttlMs, AbortSignal.any([revoked.signal, this.closed.signal]), lost);
    return {
      id,
      ttlMs,
      lost: lost.signal,
      revoke: async () => {
        revoked.abort();
        await this.commit(() => this.leases.end(id));
      },
    };
  }

  async close(): Promise<void> {
    if (this.closed.signal.aborted) return;
    this.closed.abort();
    await this.loops;
    await this.committing;
    await this.environment.root.close();
  }

  read(): Table {
    this.environment.root.resetReadTxn();
    return this.table;
  }

  changed(after: Revision, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.read().revision > after) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter = { after, wake: () => end(true) };
      const stopped = () => end(false);
      const end = (changed: boolean) => {
        this.waiters.delete(waiter);
        signal.removeEventListener('abort', stopped);
        resolve(changed);
      };
      this.waiters.add(waiter);
      signal.addEventListener('abort', stopped, { once: true });
      void this.poll();
    });
  }

  private async reading<T>(read: (table: Table) => T): Promise<T> {
    this.checkOpen();
    return read(this.read());
  }

  /** Runs with all other writes that wait, in one lmdb transaction: durable when it resolves. A job that throws changes nothing and fails alone. */
  private commit<T>(job: () => T): Promise<T> {
    this.checkOpen();
    return new Promise<T>((resolve, reject) => {
      let settle: Job = () => {};
      this.jobs.push(() => {
        try {
          const result = job();
          settle = () => resolve(result);
        } catch (error) {
          settle = () => reject(error);
        }
      });
      this.settlers.push({ settle: () => settle(), reject });
      this.committing ??= this.drain();
    });
  }

  private async drain(): Promise<void> {
    // Callers of the same turn share the first transaction already.
    await Promise.resolve();
    while (this.jobs.length > 0) {
      const jobs = this.jobs.splice(0);
      const settlers = this.settlers.splice(0);
      try {
        await this.environment.root.transaction(() => {
          for (const job of jobs) job();
        });
        for (const { settle } of settlers) settle();
      } catch (error) {
        const failure = new Unavailable(
          'the metastore could not be written: see the cause, and whether its disk is full',
          {
            cause: error,
          },
        );
        for (const { reject } of settlers) reject(failure);
      }
      this.wake();
    }
    this.committing = undefined;
  }

  /** One poll serves all watchers: other processes do not tell when they wrote. */
  private async poll(): Promise<void> {
    if (this.polling) return;
    this.polling = true;
    while (this.waiters.size > 0 && !this.closed.signal.aborted) {
      const active = this.clock.monotonic() - this.lastChangeMs < activeForMs;
      if (!(await this.clock.sleep(active ? activePollMs : idlePollMs, this.closed.signal))) break;
      this.wake();
    }
    this.polling = false;
  }

  private wake(): void {
    if (this.waiters.size === 0 || this.closed.signal.aborted) return;
    const { revision } = this.read();
    for (const waiter of [...this.waiters]) {
      if (revision <= waiter.after) continue;
      this.lastChangeMs = this.clock.monotonic();
      waiter.wake();
    }
  }

  private async keepAlive(
    id: LeaseID,
    ttlMs: number,
    signal: AbortSignal,
    lost: AbortController,
  ): Promise<void> {
    let renewedMs = this.clock.monotonic();
    while (await this.clock.sleep(ttlMs / 3, signal)) {
      const startedMs = this.clock.monotonic();
      try {
        if (!(await this.commit(() => this.leases.renew(id, this.clock.now())))) return lost.abort();
        renewedMs = startedMs;
      } catch (error) {
        if (signal.aborted) return;
        this.log.warn({ error, lease: id }, 'lease not renewed');
        if (this.clock.monotonic() - renewedMs >= ttlMs) return lost.abort();
      }
    }
  }

  private async sweep(): Promise<void> {
    const { signal } = this.closed;
    while (await this.clock.sleep(sweepMs, signal)) {
      this.read();
      const due = this.leases.due(this.clock.now(), processIsAlive);
      if (due.length === 0) continue;
      await this.commit(() => {
        // Looked at again inside the transaction: it may have been renewed, or ended by another process.
        const stillDue = new Set(this.leases.due(this.clock.now(), processIsAlive));
        for (const id of due) if (stillDue.has(id)) this.leases.end(id);
      }).catch((error) => this.log.warn({ error }, 'leases not swept'));
    }
  }

  private async checkReaders(): Promise<void> {
    while (await this.clock.sleep(readerCheckMs, this.closed.signal)) this.environment.root.readerCheck();
  }

  private checkOpen(): void {
    if (this.closed.signal.aborted) throw new Unavailable('this metastore client is closed: open another');
  }
}
