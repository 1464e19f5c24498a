import { dataTypes, Internal, Invalid, integerTypeParam } from '@millrace/core';
import type { schema } from '@millrace/proto';

/** One field of an insert: how many rows it has, and the field data of some of them. */
export interface FieldValues {
  readonly field: schema.FieldSchema;
  readonly rows: number;
  /** Field data of the listed rows, in that order. */
  pick(rows: readonly number[]): schema.FieldData;
  /** Bytes of a row's value in field data, at most. */
  bytesOf(row: number): number;
}

/** A varint, at most. */
const varintBytesMax = 10;
/** Tag and length before a string, at most. */
const stringHeadBytesMax = 6;

/** Checks a field of an insert against its schema. Throws Invalid that names the field, what it has and what it should be. */
export function fieldValues(field: schema.FieldSchema, given: schema.FieldData): FieldValues {
  const wrong = (what: string) => new Invalid(`field ${field.name}: ${what}`);
  const picked = (value: schema.FieldData['field']): schema.FieldData => ({
    type: field.dataType,
    fieldName: field.name,
    fieldId: field.fieldID,
    field: value,
  });
  if (given.field?.$case === 'vectors') {
    const { data } = given.field.value;
    const dim = integerTypeParam(field, 'dim');
    if (data?.$case === 'floatVector' && field.dataType === dataTypes['float-vector']) {
      const values = data.value.data;
      checkDimension(field, values.length, dim, Number(given.field.value.dim));
      return {
        field,
        rows: values.length / dim,
        bytesOf: () => dim * 4,
        pick: (rows) =>
          picked({
            $case: 'vectors',
            value: {
              dim: BigInt(dim),
              data: { $case: 'floatVector', value: { data: pickSpans(values, rows, dim) } },
            },
          }),
      };
    }
    if (data?.$case === 'binaryVector' && field.dataType === dataTypes['binary-vector']) {
      const width = dim / 8;
      const bytes = data.value;
      checkDimension(field, bytes.length * 8, dim, Number(given.field.value.dim));
      return {
        field,
        rows: bytes.length / width,
        bytesOf: () => width,
        pick: (rows) =>
          picked({
            $case: 'vectors',
            value: {
              dim: BigInt(dim),
              data: {
                $case: 'binaryVector',
                value: Buffer.concat(rows.map((row) => bytes.subarray(row * width, (row + 1) * width))),
              },
            },
          }),
      };
    }
    throw wrong(`it is a ${typeName(field)}, the insert sends a vector of another kind`);
  }
  const data = given.field?.value.data;
  if (data === undefined) throw wrong('the insert sends no values for it');
  const scalar = scalarsOf(field, data, wrong);
  return {
    field,
    rows: scalar.rows,
    bytesOf: scalar.bytesOf,
    pick: (rows) => picked({ $case: 'scalars', value: { data: scalar.pick(rows) } }),
  };
}

type ScalarData = NonNullable<schema.ScalarField['data']>;

interface Scalars {
  readonly rows: number;
  readonly pick: (rows: readonly number[]) => ScalarData;
  readonly bytesOf: (row: number) => number;
}

function scalarsOf(field: schema.FieldSchema, data: ScalarData, wrong: (what: string) => Invalid): Scalars {
  const expected = caseOf(field.dataType);
  if (data.$case !== expected) throw wrong(`it is a ${typeName(field)}, the insert sends ${data.$case}`);
  switch (data.$case) {
    case 'boolData':
      return list(
        data.value.data,
        (values) => ({ $case: 'boolData', value: { data: values } }),
        () => 1,
      );
    case 'intData':
      checkIntegers(field, data.value.data, wrong);
      return list(
        data.value.data,
        (values) => ({ $case: 'intData', value: { data: values } }),
        () => varintBytesMax,
      );
    case 'longData':
      return list(
        data.value.data,
        (values) => ({ $case: 'longData', value: { data: values } }),
        () => varintBytesMax,
      );
    case 'floatData':
      return list(
        data.value.data,
        (values) => ({ $case: 'floatData', value: { data: values } }),
        () => 4,
      );
    case 'doubleData':
      return list(
        data.value.data,
        (values) => ({ $case: 'doubleData', value: { data: values } }),
        () => 8,
      );
    case 'stringData':
      checkLengths(field, data.value.data, wrong);
      return list(
        data.value.data,
        (values) => ({ $case: 'stringData', value: { data: values } }),
        stringBytesMax,
      );
    case 'bytesData':
      throw wrong('bytes are no type of a field');
  }
}

function stringBytesMax(value: string): number {
  return Buffer.byteLength(value) + stringHeadBytesMax;
}

function list<T>(
  values: readonly T[],
  wrap: (values: T[]) => ScalarData,
  bytesOf: (value: T) => number,
): Scalars {
  const at = (row: number): T => {
    const value = values[row];
    if (value === undefined) throw new Internal(`row ${row} of ${values.length} was picked`);
    return value;
  };
  return {
    rows: values.length,
    bytesOf: (row) => bytesOf(at(row)),
    pick: (rows) => wrap(rows.map(at)),
  };
}

function pickSpans(values: readonly number[], rows: readonly number[], width: number): number[] {
  const picked = new Array<number>(rows.length * width);
  let at = 0;
  for (const row of rows) for (let i = row * width; i < (row + 1) * width; i++) picked[at++] = values[i] ?? 0;
  return picked;
}

function checkDimension(field: schema.FieldSchema, values: number, dim: number, sentDim: number): void {
  if (sentDim !== 0 && sentDim !== dim) {
    throw new Invalid(
      `the dim (${sentDim}) of field ${field.name} does not match its schema (${dim}): send vectors of ${dim}`,
      {
        milvusCode: 'IllegalArgument',
      },
    );
  }
  if (values % dim !== 0) {
    throw new Invalid(
      `the length (${values}) of field ${field.name} is no multiple of its dim (${dim}): send vectors of ${dim}`,
      {
        milvusCode: 'IllegalArgument',
      },
    );
  }
}

const integerRange: Readonly<Record<number, readonly [number, number]>> = {
  [dataTypes.int8]: [-128, 127],
  [dataTypes.int16]: [-32_768, 32_767],
  [dataTypes.int32]: [-(2 ** 31), 2 ** 31 - 1],
};

function checkIntegers(
  field: schema.FieldSchema,
  values: readonly number[],
  wrong: (what: string) => Invalid,
): void {
  const [min, max] = integerRange[field.dataType] ?? [-(2 ** 31), 2 ** 31 - 1];
  const at = values.findIndex((value) => value < min || value > max);
  if (at >= 0) throw wrong(`row ${at} has ${values[at]}, a ${typeName(field)} is from ${min} to ${max}`);
}

function checkLengths(
  field: schema.FieldSchema,
  values: readonly string[],
  wrong: (what: string) => Invalid,
): void {
  const max = integerTypeParam(field, 'max_length');
  const at = values.findIndex((value) => value.length > max || Buffer.byteLength(value) > max);
  if (at >= 0)
    throw wrong(
      `the length (${Buffer.byteLength(values[at] ?? '')}) of row ${at} exceeds max_length (${max})`,
    );
}

function caseOf(dataType: number): ScalarData['$case'] | undefined {
  switch (dataType) {
    case dataTypes.bool:
      return 'boolData';
    case dataTypes.int8:
    case dataTypes.int16:
    case dataTypes.int32:
      return 'intData';
    case dataTypes.int64:
      return 'longData';
    case dataTypes.float:
      return 'floatData';
    case dataTypes.double:
      return 'doubleData';
    case dataTypes.varchar:
      return 'stringData';
    default:
      return undefined;
  }
}

function typeName(field: schema.FieldSchema): string {
  return (
    Object.entries(dataTypes).find(([, code]) => code === field.dataType)?.[0] ?? `type ${field.dataType}`
  );
}
