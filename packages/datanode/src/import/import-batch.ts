import { type Column, ColumnBuilder } from '@millrace/binlog';
import type { UniqueID } from '@millrace/core';
import type { ImportField, ImportSchema } from './import-fields.ts';

/** Rows of files, column by column: one per field that files bring. Its columns are valid until the next one is taken. */
export interface ImportBatch {
  readonly rows: number;
  readonly columns: ReadonlyMap<UniqueID, Column>;
  /** Share of the files that is read with it, 0 to 1. */
  readonly progress: number;
}

/** A field and the rows read of it. */
export interface ImportColumn {
  readonly of: ImportField;
  readonly builder: ColumnBuilder;
}

/** An empty column for each field that files bring. */
export function columnsOf(schema: ImportSchema): ImportColumn[] {
  return schema.fields.map((field) => ({ of: field, builder: new ColumnBuilder(field.shape) }));
}

/** What the columns hold now: all have as many rows. */
export function batchOf(columns: readonly ImportColumn[], progress: number): ImportBatch {
  return {
    rows: columns[0]?.builder.rows ?? 0,
    columns: new Map(columns.map(({ of, builder }) => [of.field.fieldID, builder.view()])),
    progress,
  };
}
