import { compareKeys } from '../key-order.ts';
import type { LogEntry, WritableTable } from '../local/table.ts';
import type { KeyValue, LeaseID, Revision } from '../meta-store.ts';
import { SortedMap } from './sorted-map.ts';

/** The whole store in the heap. */
export class MemoryTable implements WritableTable {
  readonly logMax: number;
  private readonly keys = new SortedMap<KeyValue>();
  private entriesOfLog: LogEntry[] = [];
  private latest: Revision = 1n;
  /** The keys of each lease that lives. */
  private readonly leases = new Map<LeaseID, Set<string>>();

  /** @param logMax Transactions the log keeps at least; it is trimmed at twice as many. */
  constructor(logMax: number) {
    this.logMax = logMax;
  }

  get revision(): Revision {
    return this.latest;
  }

  get compacted(): Revision {
    return this.latest - BigInt(this.entriesOfLog.length);
  }

  get(key: string): KeyValue | undefined {
    return this.keys.get(key);
  }

  *entries(prefix: string, after?: string, before?: string): Generator<KeyValue> {
    const start = after !== undefined && compareKeys(after, prefix) > 0 ? after : prefix;
    for (const [key, kv] of this.keys.from(start)) {
      if (!key.startsWith(prefix)) return;
      if (before !== undefined && compareKeys(key, before) >= 0) return;
      if (key !== after) yield kv;
    }
  }

  log(after: Revision): Iterable<LogEntry> {
    return this.entriesOfLog.slice(Number(after - this.compacted));
  }

  hasLease(lease: LeaseID): boolean {
    return this.leases.has(lease);
  }

  addLease(lease: LeaseID): void {
    this.leases.set(lease, new Set());
  }

  keysOfLease(lease: LeaseID): Iterable<string> {
    return [...(this.leases.get(lease) ?? [])].sort();
  }

  removeLease(lease: LeaseID): void {
    this.leases.delete(lease);
  }

  commit(entry: LogEntry): void {
    for (const event of entry.events) {
      const { previous } = event;
      if (previous !== undefined) this.leases.get(previous.lease)?.delete(previous.key);
      if (event.type === 'delete') {
        this.keys.delete(event.key);
      } else {
        this.keys.set(event.kv.key, event.kv);
        this.leases.get(event.kv.lease)?.add(event.kv.key);
      }
    }
    this.latest = entry.revision;
    this.entriesOfLog.push(entry);
    if (this.entriesOfLog.length >= this.logMax * 2)
      this.entriesOfLog = this.entriesOfLog.slice(this.entriesOfLog.length - this.logMax);
  }
}
