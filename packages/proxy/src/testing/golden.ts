import { readFileSync } from 'node:fs';
import { dataTypes } from '@millrace/core';
import { internal, schema } from '@millrace/proto';

interface GoldenRows {
  readonly collectionID: string;
  readonly partitionIDs: readonly string[];
  readonly virtual_channels: readonly string[];
  readonly schema: Readonly<Record<string, { readonly fieldID: number; readonly data_type: number }>>;
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  readonly deleted: readonly (number | string)[];
}

interface GoldenMessages {
  readonly createCollection: Readonly<Record<string, string>>;
  /** Two inserts and a delete of each channel. */
  readonly messages: Readonly<Record<string, readonly string[]>>;
}

function fixture(name: string) {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'));
}

/** Rows that were written to a real Milvus 2.2.8, and what its proxy wrote to the log for them. */
export function goldenCollection(name: 'golden_int' | 'golden_str') {
  const rows: GoldenRows = fixture('rows.json')[name];
  const { createCollection, messages }: GoldenMessages = fixture('messages.json');
  const created = internal.CreateCollectionRequest.decode(
    Buffer.from(createCollection[name] ?? '', 'base64'),
  );
  return {
    name,
    id: BigInt(rows.collectionID),
    partitionID: BigInt(rows.partitionIDs[0] ?? 0),
    schema: schema.CollectionSchema.decode(created.schema),
    vchannels: rows.virtual_channels,
    deleted: rows.deleted,
    /** Field data of the rows from `from` to before `to`, as a client sends them. */
    columns: (from: number, to: number): schema.FieldData[] =>
      Object.entries(rows.columns).map(([field, values]) =>
        fieldData(field, rows.schema[field]?.data_type ?? 0, values.slice(from, to)),
      ),
    messages: (channel: string) => (messages[channel] ?? []).map((message) => Buffer.from(message, 'base64')),
  };
}

function fieldData(fieldName: string, type: number, values: readonly unknown[]): schema.FieldData {
  const field = type < 100 ? scalars(type, values) : vectors(type, values);
  return schema.FieldData.fromPartial({ fieldName, field });
}

function scalars(type: number, values: readonly unknown[]): schema.FieldData['field'] {
  const wrap = (data: schema.ScalarField['data']) => ({ $case: 'scalars' as const, value: { data } });
  switch (type) {
    case dataTypes.bool:
      return wrap({ $case: 'boolData', value: { data: values.map((value) => value === true) } });
    case dataTypes.int64:
      return wrap({ $case: 'longData', value: { data: values.map((value) => BigInt(String(value))) } });
    case dataTypes.float:
      return wrap({ $case: 'floatData', value: { data: values.map(Number) } });
    case dataTypes.double:
      return wrap({ $case: 'doubleData', value: { data: values.map(Number) } });
    case dataTypes.varchar:
      return wrap({ $case: 'stringData', value: { data: values.map(String) } });
    default:
      return wrap({ $case: 'intData', value: { data: values.map(Number) } });
  }
}

function vectors(type: number, values: readonly unknown[]): schema.FieldData['field'] {
  if (type === dataTypes['binary-vector']) {
    const value = Buffer.from(values.join(''), 'hex');
    return { $case: 'vectors', value: { dim: 16n, data: { $case: 'binaryVector', value } } };
  }
  const data = values.flatMap((value) => (Array.isArray(value) ? value.map(Number) : []));
  return { $case: 'vectors', value: { dim: 8n, data: { $case: 'floatVector', value: { data } } } };
}
