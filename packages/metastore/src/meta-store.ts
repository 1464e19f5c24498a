/** Revision of the whole store: grows by one with each transaction that writes. */
export type Revision = bigint;
/** Above 0 for a lease that was granted; 0 where a key has none. */
export type LeaseID = bigint;

/** A key as it was at one revision. Both revisions are of the store, not of the key. */
export interface KeyValue {
  readonly key: string;
  readonly value: Uint8Array;
  readonly createRevision: Revision;
  readonly modRevision: Revision;
  /** Writes since the key was created; 1 for a new key. An absent key has version 0. */
  readonly version: bigint;
  /** The lease that deletes the key when it ends; 0 for none. */
  readonly lease: LeaseID;
}

/** Which page of a prefix is read, and as of when. */
export interface RangeOptions {
  readonly prefix: string;
  /** Start behind this key (exclusive). Default: at the prefix. */
  readonly after?: string;
  /** End before this key (exclusive). Default: the end of the prefix. */
  readonly before?: string;
  /** Keys on a page, 1 to `rangeLimitMax`. Default: `rangeLimitDefault`. */
  readonly limit?: number;
  /** Read the store as it was then. Throws Conflict when that revision was compacted away. */
  readonly revision?: Revision;
  readonly keysOnly?: boolean;
  /**
   * Gives memory of at least so many bytes for a page that a store reads bytes of into; one that has its pairs as objects needs none. By
   * default it is new. It may be used again when nobody reads the page any more; memory given to a call that fails, never.
   */
  readonly memory?: (bytes: number) => Buffer;
}

/**
 * Walks the pairs of a page where their bytes lie: for whoever reads hundreds of thousands and must not make objects of each. What the fields
 * say holds until the next step, and the bytes they point into are not to be written to.
 */
export interface PairCursor {
  readonly bytes: Buffer;
  /** The same bytes. */
  readonly view: DataView;
  /** The present key lies in `bytes` from `keyStart` to `keyEnd` (exclusive), as UTF-8. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /** The present value lies there from `valueStart` to `valueEnd` (exclusive). */
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Moves on to the next pair, at first to the first one; false behind the last one. */
  next(): boolean;
}

/** Keys of a prefix that follow each other without a gap. */
export interface RangePage {
  /** Ascending by key bytes. With `keysOnly`, values are empty. A store may read them from its answer each time they are asked for. */
  readonly kvs: readonly KeyValue[];
  /** The same in place, from the first one on. */
  pairs(): PairCursor;
  /** The last key; undefined on a page without any. */
  readonly lastKey: string | undefined;
  /** The revision the page was read at: pass it on to read the next page of the same state. */
  readonly revision: Revision;
  /** Whether keys follow behind the last one of this page. */
  readonly more: boolean;
}

/** A condition of a transaction. An absent key has version 0, revisions 0, lease 0. */
export type Compare =
  | { readonly key: string; readonly version: bigint }
  | { readonly key: string; readonly createRevision: Revision }
  | { readonly key: string; readonly modRevision: Revision }
  | { readonly key: string; readonly value: Uint8Array };

/** One write of a transaction. Deleting what is not there is none, and no error. */
export type WriteOp =
  | { readonly put: string; readonly value: Uint8Array; readonly lease?: LeaseID }
  | { readonly delete: string }
  /** Deletes every key with this prefix. */
  | { readonly deletePrefix: string };

/** Writes that are done if the conditions hold, all at one revision; without conditions they always are. */
export interface Transaction {
  /** All must hold, by equality. */
  readonly compares?: readonly Compare[];
  /**
   * Done together, or not at all. At most `transactionOpsMax` compares and writes together. No key twice, be it by its name or by a
   * deleted prefix.
   */
  readonly writes: readonly WriteOp[];
}

/** What came of a transaction. A condition that did not hold is an answer, not an error. */
export interface TransactionResult {
  /** False: a compare did not hold and nothing was written. */
  readonly succeeded: boolean;
  /** Of the store after the transaction. */
  readonly revision: Revision;
}

/** A change of one key. `previous` is what was there before; undefined where nothing was, in a snapshot, and where the store no longer knows. */
export type WatchEvent =
  | { readonly type: 'put'; readonly kv: KeyValue; readonly previous: KeyValue | undefined }
  | {
      readonly type: 'delete';
      readonly key: string;
      readonly modRevision: Revision;
      readonly previous: KeyValue | undefined;
    };

/** All events of one or more whole transactions, in order. */
export interface WatchBatch {
  readonly events: readonly WatchEvent[];
  /** Everything up to this revision has been delivered. */
  readonly revision: Revision;
  /**
   * True on the first batch and after a gap that could not be filled (history compacted away): `events` is then a listing of what exists now,
   * as puts, and whatever the watcher knew besides is gone.
   */
  readonly snapshot: boolean;
}

/** Keys put under it go when their owner does: it is renewed in the background as long as this process lives, and until `revoke`. */
export interface Lease {
  readonly id: LeaseID;
  readonly ttlMs: number;
  /**
   * Aborts when the lease is known or must be assumed to be lost. Renewal goes on in the background until then. Does not abort by
   * `revoke` or by closing the store, which its owner asked for.
   */
  readonly lost: AbortSignal;
  /** Ends the lease now: its keys are deleted. */
  revoke(): Promise<void>;
}

/** Most compares and writes of one transaction. Source: etcd's default --max-txn-ops. */
export const transactionOpsMax = 128;
/** Most bytes of keys and values in one transaction. Source: etcd's default --max-request-bytes, less its envelope. */
export const transactionBytesMax = 1_500_000;
/** Most keys on one page of a range. */
export const rangeLimitMax = 100_000;
/** … where its caller names no limit. */
export const rangeLimitDefault = 10_000;

/**
 * A transactional, watchable key-value store: etcd's model, which every driver keeps to the letter. Reads are linearizable. A write is
 * durable when its promise resolves. Errors: Invalid for a request no store takes, Unavailable when the store cannot be reached in time
 * (a write may have happened or not), Conflict as stated at the call, Fenced for a put under a lease that has ended. Keys are 1 to
 * `keyBytesMax` bytes of UTF-8. A transaction that changes nothing leaves the revision as it is.
 */
export interface MetaStore {
  /** Keys of a page at which a long range is best begun. A store on this machine reads a page in one go on the caller's thread. */
  readonly pageKeys: number;
  /** … and to which its later pages may grow: a remote store walks, for each page, all keys that are behind it. */
  readonly pageKeysMax: number;
  /** The key as it is now; undefined where it does not exist. */
  get(key: string): Promise<KeyValue | undefined>;
  /** One page of a prefix: `scan` reads them all. */
  range(options: RangeOptions): Promise<RangePage>;
  /** Compares, then writes. @throws Fenced when a put names a lease that has ended */
  transact(transaction: Transaction): Promise<TransactionResult>;
  /** The present state of a prefix as one snapshot batch, then every change until the signal aborts. Survives reconnects and compaction. */
  watch(prefix: string, signal: AbortSignal): AsyncIterable<WatchBatch>;
  /** A new lease, renewed from now on. A driver may grant it longer than asked for, and says so in `ttlMs`. */
  grantLease(ttlMs: number): Promise<Lease>;
  /** Ends background work and connections. Leases stay until they expire: revoke them first. */
  close(): Promise<void>;
}

/** Every key of a prefix, page by page, all read at one revision. */
export async function* scan(
  store: MetaStore,
  options: Omit<RangeOptions, 'after'>,
): AsyncGenerator<RangePage> {
  let page = await store.range(options);
  yield page;
  while (page.more && page.lastKey !== undefined) {
    page = await store.range({ ...options, after: page.lastKey, revision: page.revision });
    yield page;
  }
}
