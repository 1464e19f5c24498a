import { applyDeletes } from '../../local/apply.ts';
import type { LeaseID } from '../../meta-store.ts';
import { bigEndian, type Environment, readFact, writeFact } from './environment.ts';
import type { LmdbTable } from './lmdb-table.ts';

interface LeaseRecord {
  /** Grows with each renewal, so that an observer sees one. */
  readonly renewals: number;
  readonly ttlMs: number;
  readonly pid: number;
}

interface Observed {
  readonly renewals: number;
  readonly sinceMs: number;
}

/**
 * The leases of an environment. Writing calls run inside a transaction. No time is stored: a lease has ended for an observer that saw it
 * unrenewed for its whole time by its own monotonic clock, so that setting the machine's clock neither ends a lease nor keeps one.
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
    const bytes = this.environment.leases.getBinary(bigEndian(id));
    if (bytes === undefined) return false;
    const record = decode(bytes);
    this.write(id, { ...record, renewals: record.renewals + 1 });
    return true;
  }

  end(id: LeaseID): void {
    if (!this.table.hasLease(id)) return;
    applyDeletes(this.table, this.table.keysOfLease(id));
    this.environment.leases.removeSync(bigEndian(id));
  }

  /**
   * Leases whose time is over, and those of processes that are no more. Reads only, and remembers what it saw: call it several times
   * within the shortest ttl.
   *
   * @param monotonicMs Of the observer.
   */
  due(monotonicMs: number, isAlive: (pid: number) => boolean): LeaseID[] {
    const due: LeaseID[] = [];
    const observed = new Map<LeaseID, Observed>();
    for (const { key, value } of this.environment.leases.getRange({})) {
      const id = key.readBigUInt64BE();
      const { renewals, ttlMs, pid } = decode(value);
      const before = this.observed.get(id);
      const now = before?.renewals === renewals ? before : { renewals, sinceMs: monotonicMs };
      observed.set(id, now);
      if (monotonicMs - now.sinceMs >= ttlMs || !isAlive(pid)) due.push(id);
    }
    this.observed = observed;
    return due;
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
