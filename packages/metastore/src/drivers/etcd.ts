import { type Clock, isKind, type Logger, type Random } from '@millrace/core';
import { checkLeaseTtl, checkRange, checkTransaction } from '../check-request.ts';
import { checkKey } from '../key-order.ts';
import type {
  KeyValue,
  Lease,
  LeaseID,
  MetaStore,
  RangeOptions,
  RangePage,
  Transaction,
  TransactionResult,
  WatchBatch,
} from '../meta-store.ts';
import { EtcdEndpoints } from './etcd/endpoints.ts';
import { keyRange } from './etcd/key-range.ts';
import { keepLease, type LeaseTerm } from './etcd/lease.ts';
import { revisionOf, txnRequest } from './etcd/messages.ts';
import { type WatchWorld, watchPrefix } from './etcd/watch.ts';

/** What an EtcdMetaStore takes from the process: time for its deadlines, chance for its pauses, and where it tells of attempts that failed. */
export interface EtcdMetaStoreComponents {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Where the etcd cluster is, and how long it may take to answer. */
export interface EtcdMetaStoreSettings {
  /** Servers of one cluster, `host:port`, plaintext. */
  readonly endpoints: readonly string[];
  /** For each call, over all servers it tries. Default: 10 s, above the time etcd itself gives a request. */
  readonly deadlineMs?: number;
}

/**
 * A client of an etcd v3 cluster, made of its own messages. Leases last whole seconds, at least what the cluster's election timeout
 * demands (2 s by default): a shorter one is granted longer.
 */
export class EtcdMetaStore implements MetaStore {
  readonly pageKeys: number = 10_000;
  readonly pageKeysMax: number = 80_000;
  private readonly components: EtcdMetaStoreComponents;
  private readonly closed = new AbortController();
  private readonly endpoints: EtcdEndpoints;
  private readonly read: { readonly deadlineMs: number; readonly repeatable: boolean };

  constructor(components: EtcdMetaStoreComponents, settings: EtcdMetaStoreSettings) {
    this.components = components;
    this.endpoints = new EtcdEndpoints(components, settings.endpoints, this.closed.signal);
    this.read = { deadlineMs: settings.deadlineMs ?? 10_000, repeatable: true };
  }

  async get(key: string): Promise<KeyValue | undefined> {
    checkKey(key);
    const request = { key: Buffer.from(key) };
    const answer = await this.endpoints.call(this.read, ({ range }, options) => range(request, options));
    return answer.page(revisionOf(answer)).kvs[0];
  }

  async range(options: RangeOptions): Promise<RangePage> {
    return this.rangeUntil(options, this.closed.signal);
  }

  async transact(transaction: Transaction): Promise<TransactionResult> {
    checkTransaction(transaction);
    const request = txnRequest(transaction);
    const settings = { ...this.read, repeatable: transaction.writes.length === 0 };
    const answer = await this.endpoints.call(settings, ({ txn }, options) => txn(request, options));
    return { succeeded: answer.succeeded, revision: revisionOf(answer) };
  }

  watch(prefix: string, signal: AbortSignal): AsyncIterable<WatchBatch> {
    const { endpoints, components } = this;
    const range: WatchWorld['range'] = (options, until) => this.rangeUntil(options, until);
    const world = { ...components, endpoints, range };
    return watchPrefix(world, prefix, AbortSignal.any([signal, this.closed.signal]));
  }

  async grantLease(ttlMs: number): Promise<Lease> {
    checkLeaseTtl(ttlMs);
    const term = await this.grant(BigInt(Math.ceil(ttlMs / 1000)));
    const revoked = new AbortController();
    const lost = new AbortController();
    const { clock, log } = this.components;
    const world = { clock, log, endpoints: this.endpoints };
    void keepLease(world, term, AbortSignal.any([revoked.signal, this.closed.signal])).then(
      (isLost) => isLost && lost.abort(),
    );
    return {
      id: term.id,
      ttlMs: term.ttlMs,
      lost: lost.signal,
      revoke: async () => {
        revoked.abort();
        await this.revoke(term.id);
      },
    };
  }

  async close(): Promise<void> {
    this.closed.abort();
  }

  private async rangeUntil(options: RangeOptions, signal: AbortSignal): Promise<RangePage> {
    const limit = BigInt(checkRange(options));
    const { revision, keysOnly = false, memory } = options;
    const bounds = keyRange(options);
    const request = {
      // Without keys to ask for, the answer still tells the revision.
      ...(bounds ?? { key: Buffer.from([0]), countOnly: true }),
      limit,
      revision: revision ?? 0n,
      keysOnly,
    };
    const answer = await this.endpoints.call({ ...this.read, signal }, ({ range }, call) =>
      range(request, memory === undefined ? call : { ...call, memory }),
    );
    return answer.page(revision ?? revisionOf(answer));
  }

  private grant(seconds: bigint): Promise<LeaseTerm> {
    return this.endpoints.call(this.read, async ({ leaseGrant }, options) => {
      const grantedAt = this.components.clock.monotonic();
      // A grant that is sent twice leaves a lease behind that nobody renews.
      const { ID, TTL } = await leaseGrant({ TTL: seconds, ID: 0n }, options);
      return { id: ID, ttlMs: Number(TTL) * 1000, grantedAt };
    });
  }

  private async revoke(id: LeaseID): Promise<void> {
    try {
      await this.endpoints.call(this.read, ({ leaseRevoke }, options) => leaseRevoke({ ID: id }, options));
    } catch (error) {
      // It has ended already.
      if (!isKind(error, 'fenced')) throw error;
    }
  }
}
