import { Fenced, Invalid } from '@millrace/core';
import {
  type Compare,
  type MetaStore,
  type Transaction,
  transactionBytesMax,
  transactionOpsMax,
  type WriteOp,
} from './meta-store.ts';

export interface GroupCommitSettings {
  /** Compared in every transaction: this process may still write. When one fails, all is refused with Fenced. */
  readonly guards: readonly Compare[];
  /** Transactions under way at once. Default 1: writes of one key then keep the order they came in. */
  readonly inFlightMax?: number;
}

interface Waiting {
  readonly writes: readonly WriteOp[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Overhead of a key or value in a request, as far as it matters to the limit of its size. */
const envelopeBytes = 64;

/**
 * Lets commits that come at the same time share one transaction: while one is under way the next ones gather. Each commit is done whole or
 * not at all; two writes of one key never share a transaction. A commit that fails in transport fails for all that shared it, and may have
 * happened or not.
 */
export class GroupCommit {
  private queue: Waiting[] = [];
  private inFlight = 0;
  private readonly store: MetaStore;
  private readonly settings: GroupCommitSettings;

  constructor(store: MetaStore, settings: GroupCommitSettings) {
    this.store = store;
    this.settings = settings;
  }

  /** Resolves when the writes are durable. Throws Invalid for more than one transaction holds, Fenced when a guard failed. */
  commit(transaction: Pick<Transaction, 'writes'>): Promise<void> {
    const { writes } = transaction;
    const bytes = writes.reduce((sum, write) => sum + sizeOf(write), 0);
    const opsMax = transactionOpsMax - this.settings.guards.length;
    if (writes.length > opsMax) {
      return Promise.reject(new Invalid(`a commit of ${writes.length} writes exceeds ${opsMax}: split it`));
    }
    if (bytes > transactionBytesMax) {
      return Promise.reject(
        new Invalid(`a commit of ${bytes} bytes exceeds ${transactionBytesMax}: split it`),
      );
    }
    return new Promise((resolve, reject) => {
      this.queue.push({ writes, bytes, resolve, reject });
      this.pump();
    });
  }

  private pump(): void {
    while (this.queue.length > 0 && this.inFlight < (this.settings.inFlightMax ?? 1)) {
      this.inFlight++;
      void this.send(this.nextGroup()).finally(() => {
        this.inFlight--;
        this.pump();
      });
    }
  }

  /** The longest run from the front that fits one transaction and names no key twice. */
  private nextGroup(): Waiting[] {
    const keys = new Set<string>();
    let ops = this.settings.guards.length;
    let bytes = 0;
    let count = 0;
    for (const waiting of this.queue) {
      if (ops + waiting.writes.length > transactionOpsMax || bytes + waiting.bytes > transactionBytesMax)
        break;
      const own = waiting.writes.map(keyOf);
      if (count > 0 && (own.some((key) => keys.has(key)) || waiting.writes.some(isPrefix))) break;
      for (const key of own) keys.add(key);
      ops += waiting.writes.length;
      bytes += waiting.bytes;
      count++;
      if (waiting.writes.some(isPrefix)) break;
    }
    return this.queue.splice(0, count);
  }

  private async send(group: readonly Waiting[]): Promise<void> {
    try {
      const { succeeded } = await this.store.transact({
        compares: this.settings.guards,
        writes: group.flatMap(({ writes }) => writes),
      });
      if (!succeeded) throw new Fenced('another process has taken over: this one must not write any more');
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
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

function sizeOf(write: WriteOp): number {
  return envelopeBytes + keyOf(write).length + ('put' in write ? write.value.length : 0);
}
