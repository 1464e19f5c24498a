import { type Column, type DeleteEntry, varcharOffsets } from '@millrace/binlog';
import { maxOf, type Timestamp } from '@millrace/core';

/** What an entry costs, roughly: key, timestamp and their places in the map. */
const bytesPerEntry = 96;

/**
 * The latest delete of each key. A row is deleted when a delete of its key is not older than the row: a later insert of the key stays.
 * Source: spec datanode-and-formats §7.3.
 */
export class DeleteIndex {
  /** Int64 keys as they are; strings by their UTF-8 bytes, one character each. */
  private readonly latest = new Map<bigint | string, Timestamp>();

  get size(): number {
    return this.latest.size;
  }

  /** What the memory budget counts. */
  get bytes(): number {
    return bytesPerEntry * this.latest.size;
  }

  add({ primaryKey, timestamp }: DeleteEntry): void {
    const key = typeof primaryKey === 'string' ? Buffer.from(primaryKey).toString('latin1') : primaryKey;
    this.latest.set(key, maxOf(timestamp, this.latest.get(key) ?? 0n));
  }

  /** Answers, row by row of a key column, when its key was last deleted. */
  lookup(keys: Column): (row: number) => Timestamp | undefined {
    const bytes = Buffer.from(keys.values.buffer, keys.values.byteOffset, keys.values.length);
    if (keys.dataType !== 'varchar') return (row) => this.latest.get(bytes.readBigInt64LE(8 * row));
    const offsets = varcharOffsets(keys);
    return (row) => this.latest.get(bytes.toString('latin1', (offsets[row] ?? 0) + 4, offsets[row + 1] ?? 0));
  }
}
