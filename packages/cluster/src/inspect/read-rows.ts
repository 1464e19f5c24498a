import {
  type Column,
  decodeDeltaLog,
  decodeInsertLog,
  type PrimaryKey,
  varcharOffsets,
} from '@millrace/binlog';
import { Corrupt } from '@millrace/core';
import type { data, schema } from '@millrace/proto';
import { deltaLogKey, insertLogKey, type ObjectStore } from '@millrace/storage';
import type { SegmentRecord } from './catalog.ts';

/** Rows of one batch of files, column by column; `deleted` marks those a delete log takes away. */
export interface RowBatch {
  readonly segmentID: bigint;
  readonly partitionID: bigint;
  readonly rows: number;
  readonly columns: ReadonlyMap<bigint, Column>;
  readonly deleted: Uint8Array;
  /** Bytes of the files it was read from. */
  readonly bytes: number;
}

export const rowIDField = 0n;
export const timestampField = 1n;

/**
 * Every row in the binlogs of a segment, batch by batch: the i-th files of all fields belong together. A row is deleted when its key has a
 * delete at or behind the row's timestamp. Source: spec datanode-and-formats §7.3, §8.2.
 */
export async function* readSegmentRows(
  store: ObjectStore,
  objectRoot: string,
  segment: SegmentRecord,
  primaryKey: schema.FieldSchema,
): AsyncGenerator<RowBatch> {
  const { ID: segmentID, collectionID, partitionID } = segment.info;
  const owner = { collectionID, partitionID, segmentID };
  const deletes = await readDeletes(store, objectRoot, segment);
  const fields = segment.insert.map((field) => ({ fieldID: field.fieldID, logs: ascending(field.binlogs) }));
  const batches = fields[0]?.logs.length ?? 0;
  const uneven = fields.find(({ logs }) => logs.length !== batches);
  if (uneven !== undefined) {
    throw new Corrupt(
      `segment ${segmentID}: field ${uneven.fieldID} has ${uneven.logs.length} insert logs, others ${batches}`,
    );
  }
  for (let batch = 0; batch < batches; batch++) {
    const columns = new Map<bigint, Column>();
    let bytes = 0;
    for (const { fieldID, logs } of fields) {
      const log = logs[batch];
      if (log === undefined) continue;
      const file = await store.get(insertLogKey(objectRoot, { ...owner, fieldID, logID: log.logID }));
      bytes += file.length;
      columns.set(fieldID, decodeInsertLog(file).column);
    }
    const rows = columns.get(rowIDField)?.rows ?? 0;
    for (const [fieldID, column] of columns) {
      if (column.rows !== rows)
        throw new Corrupt(
          `segment ${segmentID}: field ${fieldID} has ${column.rows} rows, the row ids ${rows}`,
        );
    }
    yield {
      segmentID,
      partitionID,
      rows,
      columns,
      deleted: markDeleted(columns, rows, primaryKey.fieldID, deletes),
      bytes,
    };
  }
}

async function readDeletes(
  store: ObjectStore,
  objectRoot: string,
  segment: SegmentRecord,
): Promise<ReadonlyMap<PrimaryKey, bigint>> {
  const { ID: segmentID, collectionID, partitionID } = segment.info;
  const latest = new Map<PrimaryKey, bigint>();
  for (const log of segment.delta.flatMap(({ binlogs }) => binlogs)) {
    const file = await store.get(
      deltaLogKey(objectRoot, { collectionID, partitionID, segmentID, logID: log.logID }),
    );
    for (const { primaryKey, timestamp } of decodeDeltaLog(file).deletes) {
      const before = latest.get(primaryKey);
      if (before === undefined || before < timestamp) latest.set(primaryKey, timestamp);
    }
  }
  return latest;
}

function markDeleted(
  columns: ReadonlyMap<bigint, Column>,
  rows: number,
  primaryKeyField: bigint,
  deletes: ReadonlyMap<PrimaryKey, bigint>,
): Uint8Array {
  const deleted = new Uint8Array(rows);
  const keys = columns.get(primaryKeyField);
  const timestamps = columns.get(timestampField);
  if (deletes.size === 0 || keys === undefined || timestamps === undefined) return deleted;
  const key = cellReader(keys);
  const timestamp = cellReader(timestamps);
  for (let row = 0; row < rows; row++) {
    const value = key(row);
    const at = typeof value === 'bigint' || typeof value === 'string' ? deletes.get(value) : undefined;
    const written = timestamp(row);
    if (at !== undefined && typeof written === 'bigint' && written <= at) deleted[row] = 1;
  }
  return deleted;
}

export type Cell = bigint | number | boolean | string | Float32Array | Uint8Array;

/** Reads single cells of a column. Vectors are views or copies of the column's bytes. */
export function cellReader(column: Column): (row: number) => Cell {
  const { values } = column;
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  switch (column.dataType) {
    case 'bool':
      return (row) => values[row] === 1;
    case 'int8':
      return (row) => view.getInt8(row);
    case 'int16':
      return (row) => view.getInt16(row * 2, true);
    case 'int32':
      return (row) => view.getInt32(row * 4, true);
    case 'int64':
      return (row) => view.getBigInt64(row * 8, true);
    case 'float':
      return (row) => view.getFloat32(row * 4, true);
    case 'double':
      return (row) => view.getFloat64(row * 8, true);
    case 'varchar': {
      const offsets = varcharOffsets(column);
      return (row) =>
        Buffer.from(values.subarray((offsets[row] ?? 0) + 4, offsets[row + 1])).toString('utf8');
    }
    case 'binary-vector':
      return (row) => values.subarray(row * column.width, (row + 1) * column.width);
    case 'float-vector':
      // Copied: the bytes of a row need not lie on a multiple of four.
      return (row) => new Float32Array(values.slice(row * column.width, (row + 1) * column.width).buffer);
  }
}

/** Files of a field in row order, which is the order of their ids. */
function ascending(logs: readonly data.Binlog[]): readonly data.Binlog[] {
  return [...logs].sort((a, b) => (a.logID < b.logID ? -1 : a.logID > b.logID ? 1 : 0));
}
