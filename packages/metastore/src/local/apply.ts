import { Fenced } from '@millrace/core';
import type { Compare, KeyValue, Transaction, TransactionResult, WatchEvent } from '../meta-store.ts';
import type { WritableTable } from './table.ts';

/** Applies a checked transaction: all of it, or, when a compare does not hold or an error is thrown, nothing. */
export function applyTransaction(table: WritableTable, transaction: Transaction): TransactionResult {
  const holds = (compare: Compare) => holdsFor(compare, table.get(compare.key));
  if (!(transaction.compares ?? []).every(holds)) return { succeeded: false, revision: table.revision };
  return { succeeded: true, revision: commitEvents(table, eventsOf(table, transaction)) };
}

/** Deletes keys in one transaction. For the end of a lease. */
export function applyDeletes(table: WritableTable, keys: Iterable<string>): void {
  const events: WatchEvent[] = [];
  const revision = table.revision + 1n;
  for (const key of keys) {
    const previous = table.get(key);
    if (previous !== undefined) events.push({ type: 'delete', key, modRevision: revision, previous });
  }
  commitEvents(table, events);
}

function commitEvents(table: WritableTable, events: readonly WatchEvent[]): bigint {
  if (events.length > 0) table.commit({ revision: table.revision + 1n, events });
  return table.revision;
}

function holdsFor(compare: Compare, kv: KeyValue | undefined): boolean {
  if ('version' in compare) return (kv?.version ?? 0n) === compare.version;
  if ('createRevision' in compare) return (kv?.createRevision ?? 0n) === compare.createRevision;
  if ('modRevision' in compare) return (kv?.modRevision ?? 0n) === compare.modRevision;
  return kv !== undefined && Buffer.compare(kv.value, compare.value) === 0;
}

function eventsOf(table: WritableTable, { writes }: Transaction): WatchEvent[] {
  const revision = table.revision + 1n;
  const events: WatchEvent[] = [];
  const remove = (previous: KeyValue) =>
    events.push({ type: 'delete', key: previous.key, modRevision: revision, previous });
  for (const write of writes) {
    if ('deletePrefix' in write) {
      for (const kv of table.entries(write.deletePrefix)) remove(kv);
    } else if ('delete' in write) {
      const previous = table.get(write.delete);
      if (previous !== undefined) remove(previous);
    } else {
      const lease = write.lease ?? 0n;
      if (lease !== 0n && !table.hasLease(lease))
        throw new Fenced(`key ${write.put} was not written: its lease ${lease} has ended`);
      const previous = table.get(write.put);
      const kv: KeyValue = {
        key: write.put,
        value: Uint8Array.from(write.value),
        createRevision: previous?.createRevision ?? revision,
        modRevision: revision,
        version: (previous?.version ?? 0n) + 1n,
        lease,
      };
      events.push({ type: 'put', kv, previous });
    }
  }
  return events;
}
