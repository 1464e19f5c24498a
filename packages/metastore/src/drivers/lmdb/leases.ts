import { applyDeletes } from '../../local/apply.ts';
import type { LeaseID } from '../../meta-store.ts';
import type { Beats } from './beats.ts';
import { bigEndian, type Environment, readFact, writeFact } from './environment.ts';
import type { LmdbTable } from './lmdb-table.ts';

interface LeaseRecord {
  readonly ttlMs: number;
  readonly pid: number;
}

interface Observed {
  readonly beats: bigint;
  readonly sinceMs: number;
}

/**
 * The leases of an environment. `grant` and `end` run inside a transaction. No time is stored: a lease has ended for an observer that saw
 * it unrenewed for its whole time by its own monotonic clock, so that setting the machine's clock neither ends a lease nor keeps one.
 */
export class Leases {
  private readonly environment: Environment;
  private readonly table: LmdbTable;
  private readonly beats: Beats;
  private observed: ReadonlyMap<LeaseID, Observed> = new Map();
  /** Processes by the age of their leases, the oldest first. */
  private owners: readonly number[] = [];

  constructor(environment: Environment, table: LmdbTable, beats: Beats) {
    this.environment = environment;
    this.table = table;
    this.beats = beats;
  }

  grant(ttlMs: number, pid: number): LeaseID {
    const id = readFact(this.environment, 'leases') + 1n;
    // Gives the counter its place on the disk, so that a disk that fills up later keeps no owner from renewing.
    this.beats.beat(id);
    writeFact(this.environment, 'leases', id);
    const record: LeaseRecord = { ttlMs, pid };
    this.environment.leases.putSync(bigEndian(id), Buffer.from(JSON.stringify(record)));
    return id;
  }

  /**
   * False when the lease has ended. Inside a transaction it counts in any case; outside of one only for an owner whose last renewal is so
   * young that no observer can be about to end the lease.
   */
  renew(id: LeaseID): boolean {
    this.beats.beat(id);
    return this.table.hasLease(id);
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
    const owners: number[] = [];
    for (const { key, value } of this.environment.leases.getRange({})) {
      const id = key.readBigUInt64BE();
      const { ttlMs, pid } = decode(value);
      const beats = this.beats.of(id);
      const before = this.observed.get(id);
      const now = before?.beats === beats ? before : { beats, sinceMs: monotonicMs };
      observed.set(id, now);
      owners.push(pid);
      if (monotonicMs - now.sinceMs >= ttlMs || !isAlive(pid)) due.push(id);
    }
    this.observed = observed;
    this.owners = owners;
    return due;
  }

  /** Whether all owners live that were there at the last look. */
  ownersLive(isAlive: (pid: number) => boolean): boolean {
    return this.owners.every(isAlive);
  }

  /**
   * Whether a process that saw the leases like this must look often whether another died: one whose own lease is the oldest, or that has
   * none and may wait for one to end. It is enough if the others look seldom, in case that one dies.
   */
  isWatchman(pid: number): boolean {
    return this.owners[0] === pid || !this.owners.includes(pid);
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
