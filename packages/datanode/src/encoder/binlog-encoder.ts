import type { Column } from '@millrace/binlog';
import type { Timestamp, UniqueID } from '@millrace/core';

/** The rows of one sync: what becomes one insert log per field. */
export interface EncodeTask {
  readonly collectionID: UniqueID;
  readonly partitionID: UniqueID;
  readonly segmentID: UniqueID;
  /** Hybrid timestamp of the wall clock. */
  readonly headerTimestamp: Timestamp;
  /** Least and greatest row timestamp. */
  readonly startTimestamp: Timestamp;
  readonly endTimestamp: Timestamp;
  /** One per schema field, RowID (field 0) among them; rows in any order, the same in all. */
  readonly fields: readonly EncodeField[];
}

export interface EncodeField {
  readonly fieldID: UniqueID;
  readonly dataType: number;
  readonly column: Column;
}

/** Turns columns into insert logs. The task's columns must not change until it resolves. */
export interface BinlogEncoder {
  /** Memory for columns that `encode` reads without copying them. */
  readonly allocate: (bytes: number) => Uint8Array;
  /** The chunks of each file, in the order of the task's fields; rows in ascending RowID. Source: spec datanode-and-formats §6.2. */
  encode(task: EncodeTask): Promise<readonly (readonly Uint8Array[])[]>;
  close(): Promise<void>;
}
