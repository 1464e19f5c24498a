import type { KeyValue, LeaseID, Revision, WatchEvent } from '../meta-store.ts';

/** All events of one transaction. */
export interface LogEntry {
  readonly revision: Revision;
  readonly events: readonly WatchEvent[];
}

/** What the drivers that keep their own data build on: one consistent state of all keys, and the log of how it came about. */
export interface Table {
  /** Of the latest transaction; 1 before the first, as in etcd. */
  readonly revision: Revision;
  /** The log holds every transaction after this revision. */
  readonly compacted: Revision;
  get(key: string): KeyValue | undefined;
  /** Keys of the prefix behind `after` and before `before`, ascending by bytes. Not to be used across a write. */
  entries(prefix: string, after?: string, before?: string): Iterable<KeyValue>;
  /** Log entries behind a revision that is not below `compacted`, oldest first. */
  log(after: Revision): Iterable<LogEntry>;
}

export interface WritableTable extends Table {
  hasLease(lease: LeaseID): boolean;
  /** Makes the entry part of the state and of the log. Its revision is the next one. */
  commit(entry: LogEntry): void;
}
