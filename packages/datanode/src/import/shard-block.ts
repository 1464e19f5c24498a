import { appendPicked, type Column, ColumnBuilder, type ColumnMemory, fieldShape } from '@millrace/binlog';
import type { Timestamp, UniqueID } from '@millrace/core';
import type { schema } from '@millrace/proto';
import type { EncodeField } from '../encoder/binlog-encoder.ts';
import { timestampField } from '../pipeline/decode-insert.ts';

/** Rows of one shard that are written together: a growing column per schema field but the timestamps, which are all the same. */
export class ShardBlock {
  private readonly builders: readonly (readonly [schema.FieldSchema, ColumnBuilder])[];
  private readonly timestamps: ColumnBuilder;

  constructor(collection: schema.CollectionSchema, memory: ColumnMemory) {
    this.builders = collection.fields.map((field) => [
      field,
      new ColumnBuilder(fieldShape(field), { memory }),
    ]);
    this.timestamps =
      this.builders.find(([{ fieldID }]) => fieldID === timestampField)?.[1] ??
      new ColumnBuilder({ dataType: 'int64', width: 8 });
  }

  get rows(): number {
    return this.builders.find(([{ fieldID }]) => fieldID !== timestampField)?.[1].rows ?? 0;
  }

  get bytes(): number {
    return this.builders.reduce((sum, [, builder]) => sum + builder.byteLength, 0);
  }

  /** Adds the listed rows of columns that have every field but the timestamps. */
  append(columns: ReadonlyMap<UniqueID, Column>, rows: Uint32Array): void {
    for (const [{ fieldID }, builder] of this.builders) {
      const column = columns.get(fieldID);
      if (column !== undefined) appendPicked(builder, column, rows);
    }
  }

  /** The rows with their timestamps; once, when no more rows come. */
  finish(timestamp: Timestamp): EncodeField[] {
    const { rows } = this;
    const bytes = this.timestamps.extend(rows);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let row = 0; row < rows; row++) view.setBigUint64(8 * row, timestamp, true);
    return this.builders.map(([{ fieldID, dataType }, builder]) => ({
      fieldID,
      dataType,
      column: builder.view(),
    }));
  }

  /** The columns are needed no more: nor are the files made of them, which may be views of them. */
  release(): void {
    for (const [, builder] of this.builders) builder.release();
  }
}
