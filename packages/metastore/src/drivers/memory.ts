import { type Clock, Unavailable } from '@millrace/core';
import { checkLeaseTtl, checkTransaction } from '../check-request.ts';
import { checkKey } from '../key-order.ts';
import { readRange } from '../local/read.ts';
import { followLog } from '../local/watch.ts';
import type {
  KeyValue,
  Lease,
  MetaStore,
  RangeOptions,
  RangePage,
  Transaction,
  TransactionResult,
  WatchBatch,
} from '../meta-store.ts';
import { MemoryEngine } from './memory-engine.ts';

/** The clock by which leases of a MemoryMetaStore end: a virtual one makes them end when a test says so. */
export interface MemoryMetaStoreComponents {
  readonly clock: Clock;
}

/** How much of the past a MemoryMetaStore keeps. */
export interface MemoryMetaStoreSettings {
  /** Transactions kept for watchers that fall behind and for reads of the past. */
  readonly historyMax?: number;
}

/** A store in memory, for tests and the simulation. Values handed out are the stored bytes: do not write to them. */
export class MemoryMetaStore implements MetaStore {
  readonly pageKeys: number = 1_000;
  readonly pageKeysMax: number = 1_000;
  private readonly clock: Clock;
  private readonly engine: MemoryEngine;
  private readonly closed = new AbortController();

  constructor(
    { clock }: MemoryMetaStoreComponents,
    settings: MemoryMetaStoreSettings = {},
    engine = new MemoryEngine(clock, settings.historyMax ?? 10_000),
  ) {
    this.clock = clock;
    this.engine = engine;
    engine.clientOpened();
  }

  /**
   * Another client of the same data, as another process would have: closing one is a crash of that process alone, and its leases run
   * out. A clock of its own can stand still while the store's goes on.
   */
  client(components: MemoryMetaStoreComponents = { clock: this.clock }): MemoryMetaStore {
    return new MemoryMetaStore(components, {}, this.engine);
  }

  async get(key: string): Promise<KeyValue | undefined> {
    this.checkOpen();
    checkKey(key);
    return this.engine.table.get(key);
  }

  async range(options: RangeOptions): Promise<RangePage> {
    this.checkOpen();
    return readRange(this.engine.table, options);
  }

  async transact(transaction: Transaction): Promise<TransactionResult> {
    this.checkOpen();
    checkTransaction(transaction);
    return this.engine.transact(transaction);
  }

  watch(prefix: string, signal: AbortSignal): AsyncIterable<WatchBatch> {
    return followLog(this.engine, prefix, AbortSignal.any([signal, this.closed.signal]));
  }

  async grantLease(ttlMs: number): Promise<Lease> {
    this.checkOpen();
    checkLeaseTtl(ttlMs);
    const { id, ended } = this.engine.grantLease(ttlMs);
    const revoked = new AbortController();
    void this.keepAlive(id, ttlMs, AbortSignal.any([ended, revoked.signal, this.closed.signal]));
    return {
      id,
      ttlMs,
      lost: ended,
      revoke: async () => {
        this.checkOpen();
        revoked.abort();
        this.engine.endLease(id);
      },
    };
  }

  async close(): Promise<void> {
    if (this.closed.signal.aborted) return;
    this.closed.abort();
    this.engine.clientClosed();
  }

  private async keepAlive(id: bigint, ttlMs: number, signal: AbortSignal): Promise<void> {
    while (await this.clock.sleep(ttlMs / 3, signal)) {
      if (!this.engine.renewLease(id)) return;
    }
  }

  private checkOpen(): void {
    if (this.closed.signal.aborted) throw new Unavailable('this metastore client is closed: open another');
  }
}
