import { Invalid, shardOfInt64, shardOfVarchar } from '@millrace/core';
import type { milvus, schema } from '@millrace/proto';
import type { CollectionMeta } from '../meta/collection-cache.ts';
import { type FieldValues, fieldValues } from './field-values.ts';

/** A checked insert. */
export interface RowsToInsert {
  readonly rows: number;
  readonly fields: readonly FieldValues[];
  readonly primaryKeys: schema.IDs;
  /** Bytes of a row in a message, at most. */
  readonly bytesOf: (row: number) => number;
  /** Row numbers of each shard. */
  readonly byShard: readonly (readonly number[])[];
}

/** A row's id and timestamp in a message, at most. */
const rowHeadBytesMax = 20;

/** Checks an insert against the schema; `firstRowID` makes the keys of an automatic primary key. Throws Invalid saying what to send. */
export function rowsToInsert(
  meta: CollectionMeta,
  request: milvus.InsertRequest,
  firstRowID: bigint,
): RowsToInsert {
  const rows = request.numRows;
  const given = new Map(request.fieldsData.map((data) => [data.fieldName, data]));
  if (given.size < request.fieldsData.length)
    throw new Invalid('the insert sends a field twice: send each field once');
  const auto = meta.primaryKey.autoID;
  const fields: FieldValues[] = [];
  for (const field of meta.fields) {
    const values = given.get(field.name);
    given.delete(field.name);
    if (field.isPrimaryKey && auto) {
      if (values !== undefined)
        throw new Invalid(`the primary key ${field.name} is automatic: leave it out of the insert`);
      fields.push(fieldValues(field, automaticKeys(field, rows, firstRowID)));
      continue;
    }
    if (values === undefined)
      throw new Invalid(`field ${field.name} of collection ${meta.name} is missing: send all its fields`);
    const checked = fieldValues(field, values);
    if (checked.rows !== rows) {
      throw new Invalid(
        `field ${field.name} has ${checked.rows} rows, the insert says ${rows}: send as many values for each field`,
      );
    }
    fields.push(checked);
  }
  const [unknown] = given.keys();
  if (unknown !== undefined) throw new Invalid(`collection ${meta.name} has no field ${unknown}`);
  const primaryKeys = keysOf(fields, meta.primaryKey);
  return {
    rows,
    fields,
    primaryKeys,
    bytesOf: (row) => fields.reduce((sum, field) => sum + field.bytesOf(row), rowHeadBytesMax),
    byShard: spread(primaryKeys, rows, meta.vchannels.length),
  };
}

function automaticKeys(field: schema.FieldSchema, rows: number, firstRowID: bigint): schema.FieldData {
  const data = Array.from({ length: rows }, (_, row) => firstRowID + BigInt(row));
  return {
    type: field.dataType,
    fieldName: field.name,
    fieldId: field.fieldID,
    field: { $case: 'scalars', value: { data: { $case: 'longData', value: { data } } } },
  };
}

function keysOf(fields: readonly FieldValues[], primaryKey: schema.FieldSchema): schema.IDs {
  const values = fields.find(({ field }) => field.fieldID === primaryKey.fieldID);
  const data = values?.pick(Array.from({ length: values.rows }, (_, row) => row)).field;
  const scalars = data?.$case === 'scalars' ? data.value.data : undefined;
  if (scalars?.$case === 'longData') return { idField: { $case: 'intId', value: scalars.value } };
  if (scalars?.$case === 'stringData') return { idField: { $case: 'strId', value: scalars.value } };
  throw new Invalid(`the primary key ${primaryKey.name} must be an int64 or a varchar`);
}

/** Row numbers by shard. Source: spec datanode-and-formats §9.2. */
export function spread(keys: schema.IDs, rows: number, shards: number): number[][] {
  const byShard: number[][] = Array.from({ length: shards }, () => []);
  for (let row = 0; row < rows; row++) byShard[shardOf(keys, row, shards)]?.push(row);
  return byShard;
}

function shardOf({ idField }: schema.IDs, row: number, shards: number): number {
  if (idField?.$case === 'intId') return shardOfInt64(idField.value.data[row] ?? 0n, shards);
  return shardOfVarchar(idField?.value.data[row] ?? '', shards);
}
