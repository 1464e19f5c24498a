import {
  appendPicked,
  type Column,
  ColumnBuilder,
  type ColumnMemory,
  columnBytesMax,
  fieldShape,
} from '@millrace/binlog';
import type { UniqueID } from '@millrace/core';
import type { schema } from '@millrace/proto';

/** Rows on their way into one set of files: a growing column per schema field. */
export class OutputBatch {
  readonly rowsMax: number;
  private readonly builders: readonly (readonly [schema.FieldSchema, ColumnBuilder])[];

  constructor(collection: schema.CollectionSchema, rowsMax: number, memory: ColumnMemory) {
    this.rowsMax = rowsMax;
    this.builders = collection.fields.map((field) => {
      const shape = fieldShape(field);
      const capacity = Math.min(Math.max(4096, rowsMax * shape.width), columnBytesMax);
      return [field, new ColumnBuilder(shape, { memory, capacity })];
    });
  }

  get rows(): number {
    return this.builders[0]?.[1].rows ?? 0;
  }

  get bytes(): number {
    return this.builders.reduce((sum, [, builder]) => sum + builder.byteLength, 0);
  }

  append(columns: ReadonlyMap<UniqueID, Column>, rows: Uint32Array): void {
    for (const [{ fieldID }, builder] of this.builders) {
      const column = columns.get(fieldID);
      if (column !== undefined) appendPicked(builder, column, rows);
    }
  }

  /** The columns are needed no more: nor are the files made of them, which may be views of them. */
  release(): void {
    for (const [, builder] of this.builders) builder.release();
  }

  columns(): { readonly field: schema.FieldSchema; readonly column: Column }[] {
    return this.builders.map(([field, builder]) => ({ field, column: builder.view() }));
  }
}
