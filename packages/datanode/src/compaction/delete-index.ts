import { type Column, type DeleteEntry, primaryKeyBytes, varcharOffsets } from '@millrace/binlog';
import { maxOf, type Timestamp } from '@millrace/core';
import { KeySieve } from './key-sieve.ts';

/** What an entry costs, roughly: key, timestamp and their places in the map. */
const bytesPerEntry = 96;

/**
 * The latest delete of each key. A row is deleted when a delete of its key is not older than the row: a later insert of the key stays.
 * Source: spec datanode-and-formats §7.3.
 */
export class DeleteIndex {
  /** Int64 keys as they are; strings by their UTF-8 bytes, one character each. */
  private readonly latest = new Map<bigint | string, Timestamp>();

  /** Of the keys in `latest`, once somebody looks. */
  private sieve: KeySieve | undefined;

  get size(): number {
    return this.latest.size;
  }

  /** What the memory budget counts. */
  get bytes(): number {
    return bytesPerEntry * this.latest.size;
  }

  add({ primaryKey, timestamp }: DeleteEntry): void {
    const key = typeof primaryKey === 'string' ? Buffer.from(primaryKey).toString('latin1') : primaryKey;
    this.sieve = undefined;
    this.latest.set(key, maxOf(timestamp, this.latest.get(key) ?? 0n));
  }

  /** Answers, row by row of a key column, when its key was last deleted. Ask when all deletes are added. */
  lookup(keys: Column): (row: number) => Timestamp | undefined {
    this.sieve ??= this.newSieve();
    const { sieve } = this;
    const bytes = Buffer.from(keys.values.buffer, keys.values.byteOffset, keys.values.length);
    if (keys.dataType !== 'varchar') {
      return (row) =>
        sieve.mayHave(bytes, 8 * row, 8 * row + 8)
          ? this.latest.get(bytes.readBigInt64LE(8 * row))
          : undefined;
    }
    const offsets = varcharOffsets(keys);
    return (row) => {
      const start = (offsets[row] ?? 0) + 4;
      const end = offsets[row + 1] ?? 0;
      return sieve.mayHave(bytes, start, end)
        ? this.latest.get(bytes.toString('latin1', start, end))
        : undefined;
    };
  }

  private newSieve(): KeySieve {
    const sieve = new KeySieve(this.latest.size);
    for (const key of this.latest.keys()) {
      const bytes = typeof key === 'string' ? Buffer.from(key, 'latin1') : primaryKeyBytes(key);
      sieve.add(bytes, 0, bytes.length);
    }
    return sieve;
  }
}
