import { applyDeletes } from '../../local/apply.ts';
import type { LeaseID } from '../../meta-store.ts';
import { bigEndian, type Environment, readFact, writeFact } from './environment.ts';
import type { LmdbTable } from './lmdb-table.ts';

interface LeaseRecord {
  /** Grows with each renewal, so that an observer sees one. */
  readonly renewals: number;
  readonly ttlMs: number;
  readonly pid: number;
  /** An observer warns that it will end the lease; a renewal takes the warning away. */
  readonly warned?: true;
}

interface Observed {
  readonly bytes: Buffer;
  readonly sinceMs: number;
}

/** What an observer should do now. */
export interface DueLeases {
  readonly warn: readonly LeaseID[];
  readonly end: readonly LeaseID[];
}

/** Holders renew three times within the time. */
const warnedAfter = 0.5;

/**
 * The leases of an environment. Writing calls run inside a transaction. No time is stored: observers count by their own monotonic clocks,
 * so that setting the machine's clock neither ends a lease nor keeps one.
 *
 * A lease that was not renewed for half its time is warned, in the store; one that stays warned for its whole time is ended. So a lease lasts
 * at least its time from when it was last seen without a warning, by a holder who can read but not write too: while the disk is full nobody
 * can warn, and no lease ends.
 */
export class Leases {
  private readonly environment: Environment;
  private readonly table: LmdbTable;
  private observed: ReadonlyMap<LeaseID, Observed> = new Map();

  constructor(environment: Environment, table: LmdbTable) {
    this.environment = environment;
    this.table = table;
  }

  grant(ttlMs: number, pid: number): LeaseID {
    const id = readFact(this.environment, 'leases') + 1n;
    writeFact(this.environment, 'leases', id);
    this.write(id, { renewals: 0, ttlMs, pid });
    return id;
  }

  /** False when the lease has ended. */
  renew(id: LeaseID): boolean {
    const record = this.find(id);
    if (record === undefined) return false;
    const { renewals, ttlMs, pid } = record;
    this.write(id, { renewals: renewals + 1, ttlMs, pid });
    return true;
  }

  warn(id: LeaseID): void {
    const record = this.find(id);
    if (record !== undefined) this.write(id, { ...record, warned: true });
  }

  /** Whether the lease is there and nobody means to end it. Reads only. */
  isSafe(id: LeaseID): boolean {
    const record = this.find(id);
    return record !== undefined && record.warned === undefined;
  }

  end(id: LeaseID): void {
    if (!this.table.hasLease(id)) return;
    applyDeletes(this.table, this.table.keysOfLease(id));
    this.environment.leases.removeSync(bigEndian(id));
  }

  /**
   * Leases to warn, and to end: those warned long enough ago, and those of processes that are no more. Reads only, and remembers what it saw:
   * call it several times within the shortest ttl.
   *
   * @param monotonicMs Of the observer.
   */
  due(monotonicMs: number, isAlive: (pid: number) => boolean): DueLeases {
    const warn: LeaseID[] = [];
    const end: LeaseID[] = [];
    const observed = new Map<LeaseID, Observed>();
    for (const { key, value } of this.environment.leases.getRange({})) {
      const id = key.readBigUInt64BE();
      const { ttlMs, pid, warned = false } = decode(value);
      const before = this.observed.get(id);
      const now = before?.bytes.equals(value) ? before : { bytes: value, sinceMs: monotonicMs };
      observed.set(id, now);
      const unchangedMs = monotonicMs - now.sinceMs;
      if (!isAlive(pid) || (warned && unchangedMs >= ttlMs)) end.push(id);
      else if (!warned && unchangedMs >= warnedAfter * ttlMs) warn.push(id);
    }
    this.observed = observed;
    return { warn, end };
  }

  private find(id: LeaseID): LeaseRecord | undefined {
    const bytes = this.environment.leases.getBinary(bigEndian(id));
    return bytes === undefined ? undefined : decode(bytes);
  }

  private write(id: LeaseID, record: LeaseRecord): void {
    this.environment.leases.putSync(bigEndian(id), Buffer.from(JSON.stringify(record)));
  }
}

function decode(bytes: Buffer): LeaseRecord {
  return JSON.parse(bytes.toString('utf8'));
}

/** Whether a process of this machine runs. A new process that got the number of a dead one does not renew its lease, which then runs out. */
export function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
