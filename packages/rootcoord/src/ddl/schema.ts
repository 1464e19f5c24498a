import { Invalid } from '@millrace/core';
import { schema } from '@millrace/proto';
import { requireName } from './names.ts';

type Field = schema.FieldSchema;

export interface SchemaLimits {
  readonly maxFieldNum: number;
  readonly maxDimension: number;
  readonly maxNameLength: number;
}

/** Ids below belong to the system. Source: Milvus `common.StartOfUserFieldID`. */
const firstUserFieldID = 100n;
const maxVarCharLength = 65_535;

const systemFields: readonly Field[] = [
  schema.FieldSchema.fromPartial({
    fieldID: 0n,
    name: 'RowID',
    description: 'row id',
    dataType: schema.DataType.Int64,
  }),
  schema.FieldSchema.fromPartial({
    fieldID: 1n,
    name: 'Timestamp',
    description: 'time stamp',
    dataType: schema.DataType.Int64,
  }),
];

/** The schema of the request's bytes, checked. Throws Invalid with what to change. */
export function parseSchema(
  bytes: Uint8Array,
  collectionName: string,
  limits: SchemaLimits,
): schema.CollectionSchema {
  const parsed = decode(bytes);
  if (parsed.name !== collectionName)
    throw new Invalid(`collection name = ${collectionName}, schema.Name=${parsed.name}: send the same name`);
  requireName('collection', parsed.name, limits.maxNameLength);
  if (parsed.fields.length > limits.maxFieldNum)
    throw new Invalid(`maximum field's number should be limited to ${limits.maxFieldNum}`);
  requireDistinctNames(parsed.fields);
  requirePrimaryKey(parsed);
  for (const field of parsed.fields) requireField(field, limits);
  requireAtMostOneVector(parsed.fields);
  return parsed;
}

/** Ids from 100 in the order of the request, then the system's own fields. */
export function fieldsWithIDs(fields: readonly Field[]): Field[] {
  return [
    ...fields.map((field, index) => ({ ...field, fieldID: firstUserFieldID + BigInt(index) })),
    ...systemFields,
  ];
}

function decode(bytes: Uint8Array): schema.CollectionSchema {
  try {
    return schema.CollectionSchema.decode(bytes);
  } catch (cause) {
    throw new Invalid('the schema is not an encoded CollectionSchema: encode it with protobuf', { cause });
  }
}

function requireDistinctNames(fields: readonly Field[]): void {
  const names = new Set<string>();
  for (const { name } of fields) {
    if (systemFields.some((field) => field.name === name))
      throw new Invalid(`schema contains system field: RowID, Timestamp. Rename ${name}`);
    if (names.has(name)) throw new Invalid(`duplicated field name ${name}: rename one of them`);
    names.add(name);
  }
}

function requirePrimaryKey({ autoID, fields }: schema.CollectionSchema): void {
  const [key, other] = fields.filter((field) => field.isPrimaryKey);
  if (key === undefined) throw new Invalid('primary key is not specified: mark one Int64 or VarChar field');
  if (other !== undefined)
    throw new Invalid(`there are more than one primary key: ${key.name}, ${other.name}. Keep one`);
  const { Int64, VarChar } = schema.DataType;
  if (key.dataType !== Int64 && key.dataType !== VarChar)
    throw new Invalid(`the data type of primary key ${key.name} should be Int64 or VarChar`);
  if ((autoID || key.autoID) && key.dataType !== Int64)
    throw new Invalid(`autoID is not supported when the VarChar field ${key.name} is the primary key`);
  const stray = fields.find((field) => field.autoID && !field.isPrimaryKey);
  if (stray !== undefined) throw new Invalid(`only the primary key can be autoID, not ${stray.name}`);
}

function requireField(field: Field, limits: SchemaLimits): void {
  requireName('field', field.name, limits.maxNameLength);
  const { DataType } = schema;
  switch (field.dataType) {
    case DataType.Bool:
    case DataType.Int8:
    case DataType.Int16:
    case DataType.Int32:
    case DataType.Int64:
    case DataType.Float:
    case DataType.Double:
      return;
    case DataType.VarChar:
      requireWithin(field, 'max_length', maxVarCharLength);
      return;
    case DataType.FloatVector:
      requireWithin(field, 'dim', limits.maxDimension);
      return;
    case DataType.BinaryVector: {
      requireWithin(field, 'dim', limits.maxDimension);
      const dim = parameter(field, 'dim');
      if (Number(dim) % 8 !== 0)
        throw new Invalid(
          `invalid dimension: ${dim}. should be multiple of 8: field ${field.name} is a binary vector`,
        );
      return;
    }
    default:
      throw new Invalid(`data type ${field.dataType} of field ${field.name} is not supported`);
  }
}

function requireAtMostOneVector(fields: readonly Field[]): void {
  const { FloatVector, BinaryVector } = schema.DataType;
  const vectors = fields.filter(({ dataType }) => dataType === FloatVector || dataType === BinaryVector);
  if (vectors.length > 1)
    throw new Invalid(
      `multiple vector fields is not supported, fields name: ${vectors.map(({ name }) => name).join(', ')}`,
    );
}

function requireWithin(field: Field, name: string, max: number): void {
  const value = parameter(field, name);
  if (value === undefined)
    throw new Invalid(`type param(${name}) should be specified for field ${field.name}: 1 to ${max}`);
  if (!/^\d+$/.test(value) || Number(value) < 1 || Number(value) > max)
    throw new Invalid(`invalid ${name}: ${value} of field ${field.name}. should be in range 1 ~ ${max}`);
}

function parameter(field: Field, name: string): string | undefined {
  return field.typeParams.find(({ key }) => key === name)?.value;
}
