import { Exhausted, Fenced, isTransient } from '@millrace/core';
import { checkTransaction, transactionBytes } from './check-request.ts';
import {
  type Compare,
  type MetaStore,
  type Transaction,
  transactionBytesMax,
  transactionOpsMax,
  type WriteOp,
} from './meta-store.ts';

/** What makes a GroupCommit refuse: who else may have taken over, and how much may wait. */
export interface GroupCommitSettings {
  /** Compared in every transaction: this process may still write. When one fails, all is refused with Fenced. */
  readonly guards: readonly Compare[];
  /** Commits that may wait for their turn. Default: 10,000. */
  readonly waitingMax?: number;
  /** Bytes of keys and values that may wait for their turn. Default: 64 MiB. */
  readonly waitingBytesMax?: number;
}

interface Waiting {
  readonly writes: readonly WriteOp[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Failure {
  readonly error: unknown;
  /** It says nothing about one commit in particular: what waits with it fails too. */
  readonly ofAll: boolean;
}

/**
 * Lets commits that come at the same time share one transaction: while one is under way the next ones gather. One transaction is under way
 * at a time, so that commits happen in the order they came in. Each is done whole or not at all, and fails for its own fault alone. When the
 * store does not answer or has no room, all that shared the transaction fail as it does; unanswered, they may have happened or not.
 */
export class GroupCommit {
  private readonly store: MetaStore;
  private readonly guards: readonly Compare[];
  private readonly waitingMax: number;
  private readonly waitingBytesMax: number;
  private readonly queue: Waiting[] = [];
  private queueBytes = 0;
  private draining = false;

  constructor(
    store: MetaStore,
    { guards, waitingMax = 10_000, waitingBytesMax = 64 * 1024 ** 2 }: GroupCommitSettings,
  ) {
    this.store = store;
    this.guards = guards;
    this.waitingMax = waitingMax;
    this.waitingBytesMax = waitingBytesMax;
  }

  /**
   * Waits for its turn and resolves when the writes are durable. Throws Invalid for what no transaction takes together with the guards,
   * Fenced when a guard failed or a lease has ended, Exhausted when too much waits already, Unavailable as the store does.
   */
  async commit({ writes }: Pick<Transaction, 'writes'>): Promise<void> {
    checkTransaction({ compares: this.guards, writes });
    const bytes = transactionBytes({ writes });
    if (this.queue.length >= this.waitingMax)
      throw new Exhausted(
        `${this.queue.length} commits wait for the metastore (waitingMax): try again later`,
      );
    if (this.queue.length > 0 && this.queueBytes + bytes > this.waitingBytesMax)
      throw new Exhausted(
        `${this.queueBytes} bytes wait for the metastore (waitingBytesMax ${this.waitingBytesMax}): try again later`,
      );
    return new Promise((resolve, reject) => {
      this.queue.push({ writes, bytes, resolve, reject });
      this.queueBytes += bytes;
      if (!this.draining) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.draining = true;
    // Callers of the same turn share the first transaction already.
    await Promise.resolve();
    while (this.queue.length > 0) await this.send(this.nextGroup());
    this.draining = false;
  }

  /** The longest run from the front that fits one transaction and names no key twice. */
  private nextGroup(): Waiting[] {
    const keys = new Set<string>();
    let ops = this.guards.length;
    let bytes = transactionBytes({ compares: this.guards, writes: [] });
    let count = 0;
    for (const waiting of this.queue) {
      ops += waiting.writes.length;
      bytes += waiting.bytes;
      const alone = waiting.writes.some(isPrefix);
      const own = waiting.writes.map(keyOf);
      const fits = ops <= transactionOpsMax && bytes <= transactionBytesMax;
      if (count > 0 && (!fits || alone || own.some((key) => keys.has(key)))) break;
      for (const key of own) keys.add(key);
      count++;
      if (alone) break;
    }
    const group = this.queue.splice(0, count);
    for (const waiting of group) this.queueBytes -= waiting.bytes;
    return group;
  }

  private async send(group: readonly Waiting[]): Promise<void> {
    const failure = await this.attempt(group);
    if (failure === undefined || failure.ofAll || group.length === 1) return settle(group, failure);
    // Nothing was written. One of them is at fault, and the store does not say which.
    for (const [at, one] of group.entries()) {
      const own = await this.attempt([one]);
      if (own?.ofAll) return settle(group.slice(at), own);
      settle([one], own);
    }
  }

  private async attempt(group: readonly Waiting[]): Promise<Failure | undefined> {
    try {
      const writes = group.flatMap((waiting) => waiting.writes);
      const { succeeded } = await this.store.transact({ compares: this.guards, writes });
      if (succeeded) return undefined;
      const error = new Fenced('another process has taken over: this one must not write any more');
      return { error, ofAll: true };
    } catch (error) {
      return { error, ofAll: isTransient(error) };
    }
  }
}

function settle(group: readonly Waiting[], failure: Failure | undefined): void {
  for (const { resolve, reject } of group) {
    if (failure === undefined) resolve();
    else reject(failure.error);
  }
}

function keyOf(write: WriteOp): string {
  if ('put' in write) return write.put;
  return 'delete' in write ? write.delete : write.deletePrefix;
}

/** A prefix covers keys it does not name: it goes alone. */
function isPrefix(write: WriteOp): boolean {
  return 'deletePrefix' in write;
}
