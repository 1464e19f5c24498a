import type { DeleteEntry } from '@millrace/binlog';
import { Corrupt } from '@millrace/core';
import type { internal } from '@millrace/proto';

/** Partition of a delete that names none: it concerns all of the collection. Source: spec datanode-and-formats §5.4. */
export const allPartitions = -1n;

/** Keys and timestamps of a delete message, in order. @throws Corrupt when there are not as many timestamps as keys */
export function deletesOf(request: internal.DeleteRequest): DeleteEntry[] {
  const keys = request.primaryKeys?.idField?.value.data ?? request.int64PrimaryKeys;
  if (keys.length !== request.timestamps.length) {
    throw new Corrupt(
      `delete in collection ${request.collectionID} has ${keys.length} keys and ${request.timestamps.length} timestamps: its writer is at fault`,
    );
  }
  return request.timestamps.map((timestamp, index) => ({ primaryKey: keys[index] ?? 0n, timestamp }));
}
