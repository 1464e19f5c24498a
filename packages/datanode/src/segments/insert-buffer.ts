import {
  type Column,
  ColumnBuilder,
  type ColumnMemory,
  type ColumnShape,
  columnOf,
  fieldShape,
  GrowingKeys,
  type PrimaryKey,
} from '@millrace/binlog';
import { Invalid, maxOf, minOf, type Position, type Timestamp } from '@millrace/core';
import type { schema } from '@millrace/proto';
import { appendInsert, type FieldBuffer } from '../pipeline/decode-insert.ts';
import type { InsertView } from '../pipeline/scan-insert.ts';

/** What buffers are made with. */
export interface BufferSettings {
  readonly memory: ColumnMemory;
  /** At which a buffer is taken out: what most of them come to. */
  readonly bytesMax: number;
}

/** Bytes that a string counts for where the size of a buffer is foreseen. */
const foreseenStringBytes = 32;
/** A buffer is taken out behind the pack that fills it, so most of them exceed their limit a little. */
const foreseenExcess = 1.125;

/** Rows of one segment that are in no object yet, one growing column per schema field. */
export class InsertBuffer {
  /** In schema order, system fields included. */
  readonly fields: readonly FieldBuffer[];
  /** Where the first pack that filled it begins: replaying from here brings every row back. */
  readonly start: Position;
  private readonly primaryKey: ColumnBuilder;
  /** Of the rows up to `keysSeen`: made when the first delete asks, most buffers are never asked. */
  private keys: GrowingKeys | undefined;
  private keysSeen = { rows: 0, bytes: 0 };
  private least: Timestamp = (1n << 64n) - 1n;
  private greatest: Timestamp = 0n;

  /** @throws Invalid for a schema without a primary key, or with a type of a later Milvus */
  constructor(collection: schema.CollectionSchema, start: Position, { memory, bytesMax }: BufferSettings) {
    const shapes = collection.fields.map((field) => fieldShape(field));
    const rowBytes = shapes.reduce((sum, shape) => sum + foreseenBytes(shape), 0);
    const rows = (foreseenExcess * bytesMax) / rowBytes;
    this.fields = collection.fields.map((field) => {
      const shape = fieldShape(field);
      const expected = Math.ceil(rows * foreseenBytes(shape));
      return { field, builder: new ColumnBuilder(shape, { memory, expected }) };
    });
    this.start = start;
    const key = this.fields.find(({ field }) => field.fieldID === primaryKeyField(collection).fieldID);
    if (key === undefined) throw new Invalid(`collection ${collection.name} lost its primary key`);
    this.primaryKey = key.builder;
  }

  get rows(): number {
    return this.primaryKey.rows;
  }

  /** What the memory budget counts. */
  get bytes(): number {
    let bytes = 0;
    for (const { builder } of this.fields) bytes += builder.byteLength;
    return bytes;
  }

  /** Least and greatest row timestamp. */
  get timestamps(): { readonly from: Timestamp; readonly to: Timestamp } {
    return { from: this.least, to: this.greatest };
  }

  /** Adds the rows of one message. After an error nothing was added. @throws Corrupt as appendInsert does */
  append(insert: InsertView): void {
    appendInsert(insert, this.fields);
    this.least = minOf(this.least, insert.beginTimestamp);
    this.greatest = maxOf(this.greatest, insert.endTimestamp);
  }

  /** Whether one of its rows may have this key: false is certain. */
  mayContain(key: PrimaryKey): boolean {
    const { rows, byteLength } = this.primaryKey;
    if (rows === 0) return false;
    this.keys ??= new GrowingKeys(this.primaryKey.shape.dataType === 'varchar' ? 'varchar' : 'int64');
    if (this.keysSeen.rows < rows) this.keys.add(tailOf(this.primaryKey, this.keysSeen));
    this.keysSeen = { rows, bytes: byteLength };
    return this.keys.mayContain(key);
  }
}

function foreseenBytes(shape: ColumnShape): number {
  return shape.dataType === 'varchar' ? foreseenStringBytes : shape.width;
}

/** The rows of a builder behind those that were seen. */
function tailOf(builder: ColumnBuilder, seen: { readonly rows: number; readonly bytes: number }): Column {
  const { values } = builder.view();
  return columnOf(builder.shape, builder.rows - seen.rows, values.subarray(seen.bytes));
}

/** @throws Invalid when the schema has none */
export function primaryKeyField(collection: schema.CollectionSchema): schema.FieldSchema {
  const field = collection.fields.find(({ isPrimaryKey }) => isPrimaryKey);
  if (field === undefined)
    throw new Invalid(`collection ${collection.name} has no primary key: its deletes cannot be routed`);
  return field;
}
