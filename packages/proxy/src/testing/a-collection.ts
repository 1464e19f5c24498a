import { dataTypes } from '@millrace/core';
import { schema } from '@millrace/proto';
import type { CollectionMeta } from '../meta/collection-cache.ts';

type TypeName = keyof typeof dataTypes;

export interface FieldOptions {
  readonly isPrimaryKey?: boolean;
  readonly autoID?: boolean;
  readonly dim?: number;
  readonly maxLength?: number;
}

export function aField(
  fieldID: number,
  name: string,
  type: TypeName,
  { isPrimaryKey = false, autoID = false, dim, maxLength }: FieldOptions = {},
): schema.FieldSchema {
  const typeParams = [
    ...(dim === undefined ? [] : [{ key: 'dim', value: String(dim) }]),
    ...(maxLength === undefined ? [] : [{ key: 'max_length', value: String(maxLength) }]),
  ];
  return schema.FieldSchema.fromPartial({
    fieldID: BigInt(fieldID),
    name,
    dataType: dataTypes[type],
    isPrimaryKey,
    autoID,
    typeParams,
  });
}

/** A collection with an int64 key and a varchar, over two shards. */
export function aCollection(changes: Partial<CollectionMeta> = {}): CollectionMeta {
  const fields = changes.fields ?? [
    aField(100, 'id', 'int64', { isPrimaryKey: true }),
    aField(101, 'text', 'varchar', { maxLength: 65_535 }),
  ];
  const primaryKey = fields.find(({ isPrimaryKey }) => isPrimaryKey);
  if (primaryKey === undefined) throw new Error('the collection needs a primary key');
  return {
    id: 441n,
    name: 'docs',
    fields,
    primaryKey,
    vchannels: ['by-dev-rootcoord-dml_0_441v0', 'by-dev-rootcoord-dml_1_441v1'],
    pchannels: ['by-dev-rootcoord-dml_0', 'by-dev-rootcoord-dml_1'],
    partitions: new Map([['_default', 442n]]),
    ...changes,
  };
}
