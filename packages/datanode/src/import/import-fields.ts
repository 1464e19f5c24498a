import { type ColumnShape, fieldShape, typeParam } from '@millrace/binlog';
import { Invalid } from '@millrace/core';
import type { schema } from '@millrace/proto';
import { isSystemField } from '../pipeline/decode-insert.ts';
import { primaryKeyField } from '../segments/insert-buffer.ts';

/** A field whose values the files of an import bring. */
export interface ImportField {
  readonly field: schema.FieldSchema;
  readonly shape: ColumnShape;
  /** UTF-8 bytes of a string. The original does not look at them in files, and keeps rows that it would refuse from a client. */
  readonly bytesMax: number;
}

/** What an import fills: fields that come from files, and the primary key, which may be made here. */
export interface ImportSchema {
  readonly collection: schema.CollectionSchema;
  readonly fields: readonly ImportField[];
  readonly primaryKey: schema.FieldSchema;
}

/** @throws Invalid for a collection whose rows cannot come from files */
export function importSchema(collection: schema.CollectionSchema): ImportSchema {
  const primaryKey = primaryKeyField(collection);
  const { dataType } = fieldShape(primaryKey);
  if (primaryKey.autoID && dataType === 'varchar')
    throw new Invalid('string type primary key cannot be auto-generated');
  const fields = collection.fields
    .filter((field) => !isSystemField(field.fieldID) && !(field.autoID && field.isPrimaryKey))
    .map((field) => ({
      field,
      shape: fieldShape(field),
      bytesMax: typeParam(field, 'max_length') || Number.POSITIVE_INFINITY,
    }));
  return { collection, fields, primaryKey };
}

/** @throws Invalid when the field does not hold so many bytes */
export function checkLength({ field, bytesMax }: ImportField, bytes: number, row: number): void {
  if (bytes > bytesMax)
    throw new Invalid(
      `the length (${bytes}) of a string of field '${field.name}' exceeds its max_length (${bytesMax}): shorten it (row ${row})`,
    );
}
