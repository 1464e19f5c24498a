import type { DeleteEntry } from '@millrace/binlog';
import type { Position } from '@millrace/core';

/** Deletes that may concern one segment and are in no delta log yet. */
export class DeleteBuffer {
  readonly deletes: DeleteEntry[] = [];
  /** Where the first pack that filled it begins. */
  readonly start: Position;
  private size = 0;

  constructor(start: Position) {
    this.start = start;
  }

  /** What they take in memory, for which the budget stands: several times what Milvus counts (spec datanode-and-formats §4.5). */
  get bytes(): number {
    return this.size;
  }

  add(entry: DeleteEntry): void {
    this.deletes.push(entry);
    this.size += deleteBytes(entry);
  }
}

/** An object with two fields, its place in the list, and the two values: a 64-bit number or the head of a string is 24 bytes. */
const entryBytes = 88;

function deleteBytes({ primaryKey }: DeleteEntry): number {
  return entryBytes + (typeof primaryKey === 'string' ? primaryKey.length : 0);
}
