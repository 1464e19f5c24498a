import type { Column, ColumnMemory, PrimaryKeySummary } from '@millrace/binlog';
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
  /** The field the stats log is about: one of `fields`. */
  readonly primaryKeyFieldID: UniqueID;
  /** One per schema field, RowID (field 0) among them; rows in any order, the same in all. */
  readonly fields: readonly EncodeField[];
}

/** The values of one field: `dataType` is Milvus' code, of which `column` has the shape. */
export interface EncodeField {
  readonly fieldID: UniqueID;
  readonly dataType: number;
  readonly column: Column;
}

export interface EncodedRows {
  /** The chunks of each insert log, in the order of the task's fields; rows in ascending RowID. */
  readonly files: readonly (readonly Uint8Array[])[];
  readonly statsLog: Uint8Array;
  /** What the stats log says. */
  readonly summary: PrimaryKeySummary;
}

/** Turns columns into insert logs and their stats log. Source: spec datanode-and-formats §6.2, §7.1. */
export interface BinlogEncoder {
  /** Memory for columns that `encode` reads without copying them. */
  readonly memory: ColumnMemory;
  /**
   * Chunks may be views of the task's columns, of the very buffers: those must not change until it resolves and the files are written, and
   * whoever uses their memory again goes by them.
   */
  encode(task: EncodeTask): Promise<EncodedRows>;
  /** Tasks under way may fail with Internal. */
  close(): Promise<void>;
}
