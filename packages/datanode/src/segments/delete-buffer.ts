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

  /** As Milvus counts them: 8 or the length of the string, and 8 for the timestamp. Source: spec datanode-and-formats §4.5. */
  get bytes(): number {
    return this.size;
  }

  add(entry: DeleteEntry): void {
    this.deletes.push(entry);
    this.size += deleteBytes(entry);
  }
}

export function deleteBytes({ primaryKey }: DeleteEntry): number {
  return 8 + (typeof primaryKey === 'string' ? Buffer.byteLength(primaryKey) : 8);
}
