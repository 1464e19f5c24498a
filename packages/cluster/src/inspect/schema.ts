import { Corrupt } from '@millrace/core';
import type { schema } from '@millrace/proto';
import type { CollectionRecord } from './catalog.ts';

export function primaryKeyOfCollection(collection: CollectionRecord): schema.FieldSchema {
  const field = collection.fields.find(({ isPrimaryKey }) => isPrimaryKey);
  if (field === undefined)
    throw new Corrupt(`collection ${collection.name} has no primary key in its metadata`);
  return field;
}
