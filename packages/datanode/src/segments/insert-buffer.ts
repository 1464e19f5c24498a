import { type Column, ColumnBuilder, columnOf, fieldShape, PrimaryKeyStats } from '@millrace/binlog';
import { Invalid, maxOf, minOf, type Position, type Timestamp } from '@millrace/core';
import type { schema } from '@millrace/proto';
import { appendInsert, type FieldBuffer } from '../pipeline/decode-insert.ts';
import type { InsertView } from '../pipeline/scan-insert.ts';

/** Bytes that collecting a primary key's hashes costs beside its column. */
const statsBytesPerRow = 32;

/** Rows of one segment that are in no object yet, one growing column per schema field. */
export class InsertBuffer {
  /** In schema order, system fields included. */
  readonly fields: readonly FieldBuffer[];
  readonly stats: PrimaryKeyStats;
  /** Where the first pack that filled it begins: replaying from here brings every row back. */
  readonly start: Position;
  private readonly primaryKey: ColumnBuilder;
  private least: Timestamp = (1n << 64n) - 1n;
  private greatest: Timestamp = 0n;

  /** @throws Invalid for a schema without a primary key, or with a type of a later Milvus */
  constructor(collection: schema.CollectionSchema, start: Position, allocate: (bytes: number) => Uint8Array) {
    this.fields = collection.fields.map((field) => ({
      field,
      builder: new ColumnBuilder(fieldShape(field), { allocate }),
    }));
    this.start = start;
    const key = this.fields.find(({ field }) => field.fieldID === primaryKeyField(collection).fieldID);
    if (key === undefined) throw new Invalid(`collection ${collection.name} lost its primary key`);
    this.primaryKey = key.builder;
    this.stats = new PrimaryKeyStats(key.builder.shape.dataType === 'varchar' ? 'varchar' : 'int64');
  }

  get rows(): number {
    return this.primaryKey.rows;
  }

  /** What the memory budget counts. */
  get bytes(): number {
    return this.fields.reduce((sum, { builder }) => sum + builder.byteLength, statsBytesPerRow * this.rows);
  }

  /** Least and greatest row timestamp. */
  get timestamps(): { readonly from: Timestamp; readonly to: Timestamp } {
    return { from: this.least, to: this.greatest };
  }

  /** Adds the rows of one message. After an error nothing was added. @throws Corrupt as appendInsert does */
  append(insert: InsertView): void {
    const rowsBefore = this.primaryKey.rows;
    const bytesBefore = this.primaryKey.byteLength;
    appendInsert(insert, this.fields);
    this.stats.addColumn(tailOf(this.primaryKey, rowsBefore, bytesBefore));
    this.least = minOf(this.least, insert.beginTimestamp);
    this.greatest = maxOf(this.greatest, insert.endTimestamp);
  }
}

/** The rows of a builder behind those it had. */
function tailOf(builder: ColumnBuilder, rows: number, bytes: number): Column {
  const { values } = builder.view();
  return columnOf(builder.shape, builder.rows - rows, values.subarray(bytes));
}

/** @throws Invalid when the schema has none */
export function primaryKeyField(collection: schema.CollectionSchema): schema.FieldSchema {
  const field = collection.fields.find(({ isPrimaryKey }) => isPrimaryKey);
  if (field === undefined)
    throw new Invalid(`collection ${collection.name} has no primary key: its deletes cannot be routed`);
  return field;
}
