import { applyDeletes } from '../../local/apply.ts';
import type { LeaseID } from '../../meta-store.ts';
import { bigEndian, type Environment, readFact, writeFact } from './environment.ts';
import type { LmdbTable } from './lmdb-table.ts';

interface LeaseRecord {
  /** Unix milliseconds, on the clock all processes of the machine share. */
  readonly expiresAtMs: number;
  readonly ttlMs: number;
  readonly pid: number;
}

/** The leases of an environment. Writing calls run inside a transaction. */
export class Leases {
  private readonly environment: Environment;
  private readonly table: LmdbTable;

  constructor(environment: Environment, table: LmdbTable) {
    this.environment = environment;
    this.table = table;
  }

  grant(ttlMs: number, nowMs: number, pid: number): LeaseID {
    const id = readFact(this.environment, 'leases') + 1n;
    writeFact(this.environment, 'leases', id);
    this.write(id, { expiresAtMs: nowMs + ttlMs, ttlMs, pid });
    return id;
  }

  /** False when the lease has ended. */
  renew(id: LeaseID, nowMs: number): boolean {
    const bytes = this.environment.leases.getBinary(bigEndian(id));
    if (bytes === undefined) return false;
    const record = decode(bytes);
    this.write(id, { ...record, expiresAtMs: nowMs + record.ttlMs });
    return true;
  }

  end(id: LeaseID): void {
    if (!this.table.hasLease(id)) return;
    applyDeletes(this.table, this.table.keysOfLease(id));
    this.environment.leases.removeSync(bigEndian(id));
  }

  /** Leases whose time is over, and those of processes that are no more. Reads only. */
  due(nowMs: number, isAlive: (pid: number) => boolean): LeaseID[] {
    const due: LeaseID[] = [];
    for (const { key, value } of this.environment.leases.getRange({})) {
      const { expiresAtMs, pid } = decode(value);
      if (expiresAtMs <= nowMs || !isAlive(pid)) due.push(key.readBigUInt64BE());
    }
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
