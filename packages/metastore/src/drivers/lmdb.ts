import { type Clock, type Logger, Unavailable } from '@millrace/core';
import { checkLeaseTtl, checkRange, checkTransaction } from '../check-request.ts';
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
import { Beats } from './lmdb/beats.ts';
import { Bell } from './lmdb/bell.ts';
import { Changes } from './lmdb/changes.ts';
import { commitFailure } from './lmdb/commit-failure.ts';
import { type Environment, openEnvironment } from './lmdb/environment.ts';
import { keepAlive } from './lmdb/keep-alive.ts';
import { Leases, processIsAlive } from './lmdb/leases.ts';
import { LmdbTable } from './lmdb/lmdb-table.ts';

/** What an LmdbMetaStore takes from the process: the clock its leases run by, and where it tells of what it will try again. */
export interface LmdbMetaStoreComponents {
  readonly clock: Clock;
  readonly log: Logger;
}

/** Where an LmdbMetaStore keeps its data, and how much of the past. */
export interface LmdbMetaStoreSettings {
  /** Created when missing; shared by any number of processes of one machine. */
  readonly directory: string;
  /** Transactions kept for watchers that fall behind and for reads of the past. Default: 10,000. */
  readonly historyMax?: number;
}

/** How often each process looks for leases that ended: several times within the least ttl in use. */
const sweepMs = 1_000;
/** How often one of them looks in between whether the owners live. */
const watchmanMs = 250;
/** How often what killed readers left is cleared away. */
const readerCheckMs = 60_000;

type Job = () => void;

/** A store on lmdb: durable, embedded, shared by the processes of one machine. */
export class LmdbMetaStore implements MetaStore, WatchSource {
  readonly pageKeys: number = 1_000;
  readonly pageKeysMax: number = 1_000;
  private readonly directory: string;
  private readonly environment: Environment;
  private readonly table: LmdbTable;
  private readonly beats: Beats;
  private readonly bell: Bell;
  private readonly leases: Leases;
  private readonly changes: Changes;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly closed = new AbortController();
  private readonly loops: Promise<void>;
  private jobs: Job[] = [];
  private settlers: { readonly settle: Job; readonly reject: (error: unknown) => void }[] = [];
  private committing: Promise<void> | undefined;

  /** Throws Invalid for a directory of a newer version, Corrupt for one that is no lmdb environment. */
  constructor({ clock, log }: LmdbMetaStoreComponents, settings: LmdbMetaStoreSettings) {
    this.clock = clock;
    this.log = log;
    this.directory = settings.directory;
    this.environment = openEnvironment(settings.directory);
    this.table = new LmdbTable(this.environment, settings.historyMax ?? 10_000);
    this.beats = new Beats(settings.directory);
    this.leases = new Leases(this.environment, this.table, this.beats);
    this.bell = new Bell(settings.directory);
    const source = { file: this.bell.path, revision: () => this.read().revision };
    this.changes = new Changes({ clock, log }, source, this.closed.signal);
    this.loops = Promise.all([this.sweep(), this.checkReaders()]).then(() => undefined);
  }

  async get(key: string): Promise<KeyValue | undefined> {
    checkKey(key);
    return this.reading((table) => table.get(key));
  }

  async range(options: RangeOptions): Promise<RangePage> {
    const limit = checkRange(options);
    const { revision, keysOnly = false } = options;
    return this.reading((table) => {
      const isPresent = revision === undefined || revision === table.revision;
      return isPresent && !keysOnly ? table.page(options, limit) : readRange(table, options);
    });
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
    const grantedMs = this.clock.monotonic();
    const id = await this.commit(() => this.leases.grant(ttlMs, process.pid));
    const lost = new AbortController();
    const revoked = new AbortController();
    const components = { clock: this.clock, log: this.log };
    const renew = this.renewalOf(id, ttlMs, grantedMs);
    void keepAlive(
      components,
      { id, ttlMs, renew, lost },
      AbortSignal.any([revoked.signal, this.closed.signal]),
    );
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
    this.beats.close();
    this.bell.close();
    await this.environment.root.close();
  }

  read(): Table {
    this.environment.root.resetReadTxn();
    return this.table;
  }

  changed(after: Revision, signal: AbortSignal): Promise<boolean> {
    return this.changes.after(after, signal);
  }

  /**
   * Renews without a transaction as long as the last renewal is young: nobody can have seen the lease unrenewed for its whole time then. An
   * owner that was held up asks in a transaction, behind which the lease either has ended or is seen renewed.
   */
  private renewalOf(id: LeaseID, ttlMs: number, grantedMs: number): () => Promise<boolean> {
    let renewedMs = grantedMs;
    const isYoung = () => this.clock.monotonic() - renewedMs < (ttlMs * 2) / 3;
    return async () => {
      this.checkOpen();
      const startedMs = this.clock.monotonic();
      if (isYoung()) {
        this.read();
        if (!this.leases.renew(id)) return false;
      }
      // Looked at behind the renewal: it may have taken long.
      const renewed = isYoung() || (await this.commit(() => this.leases.renew(id)));
      if (renewed) renewedMs = startedMs;
      return renewed;
    };
  }

  private async reading<T>(read: (table: LmdbTable) => T): Promise<T> {
    this.checkOpen();
    this.read();
    return read(this.table);
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
        const failure = await commitFailure(this.clock, this.directory, error);
        for (const { reject } of settlers) reject(failure);
      }
      this.changes.wake();
      this.tellOthers();
    }
    this.committing = undefined;
  }

  /** That there may be something new. Their polls make up for a process that died before it could. */
  private tellOthers(): void {
    try {
      this.bell.ring();
    } catch (error) {
      this.log.warn({ error }, 'other processes not told of a change: they find it by polling');
    }
  }

  /** Looks for changes that no notice told, and ends leases whose time is over. A sweep that fails is tried again: leases must end while any process lives. */
  private async sweep(): Promise<void> {
    const due = () => this.leases.due(this.clock.monotonic(), processIsAlive);
    const pauseMs = () => (this.leases.isWatchman(process.pid) ? watchmanMs : sweepMs);
    let sweptMs = Number.NEGATIVE_INFINITY;
    while (await this.clock.sleep(pauseMs(), this.closed.signal)) {
      try {
        const nowMs = this.clock.monotonic();
        if (nowMs - sweptMs < sweepMs && this.leases.ownersLive(processIsAlive)) continue;
        sweptMs = nowMs;
        this.changes.lookAnyway();
        this.read();
        if (due().length === 0) continue;
        // Looked at again inside the transaction: they may have been renewed, or ended by another process.
        await this.commit(() => {
          for (const id of due()) this.leases.end(id);
        });
      } catch (error) {
        this.log.warn({ error }, 'leases not swept');
      }
    }
  }

  private async checkReaders(): Promise<void> {
    while (await this.clock.sleep(readerCheckMs, this.closed.signal)) {
      try {
        this.environment.root.readerCheck();
      } catch (error) {
        this.log.warn({ error }, 'readers of dead processes not cleared away');
      }
    }
  }

  private checkOpen(): void {
    if (this.closed.signal.aborted) throw new Unavailable('this metastore client is closed: open another');
  }
}
