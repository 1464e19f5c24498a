import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaseID } from '../../meta-store.ts';

const slotBytes = 8;

/**
 * A counter for each lease that grows with its renewals, in a file beside the tables: a renewal is no change of the store, needs no lock and
 * wakes nobody. Not durable: behind a crash of the machine no lease has an owner.
 */
export class Beats {
  private readonly file: number;
  private readonly slot = Buffer.alloc(slotBytes);

  constructor(directory: string) {
    this.file = openSync(join(directory, 'beats'), constants.O_RDWR | constants.O_CREAT);
  }

  /** 0 for a lease that was never renewed. */
  of(id: LeaseID): bigint {
    this.slot.fill(0);
    readSync(this.file, this.slot, 0, slotBytes, placeOf(id));
    return this.slot.readBigUInt64LE();
  }

  /** Only the owner of a lease calls it. */
  beat(id: LeaseID): void {
    const next = this.of(id) + 1n;
    this.slot.writeBigUInt64LE(next);
    writeSync(this.file, this.slot, 0, slotBytes, placeOf(id));
  }

  close(): void {
    closeSync(this.file);
  }
}

function placeOf(id: LeaseID): number {
  return Number(id) * slotBytes;
}
