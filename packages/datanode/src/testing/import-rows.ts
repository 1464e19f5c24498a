import { type Column, stringsOf } from '@millrace/binlog';
import { schema } from '@millrace/proto';
import fc from 'fast-check';

const { DataType } = schema;

/** A collection with a field of each type that 2.2 has. */
export const everyType = schema.CollectionSchema.fromPartial({
  name: 'every_type',
  fields: [
    { fieldID: 100n, name: 'id', isPrimaryKey: true, dataType: DataType.Int64 },
    { fieldID: 101n, name: 'flag', dataType: DataType.Bool },
    { fieldID: 102n, name: 'tiny', dataType: DataType.Int8 },
    { fieldID: 103n, name: 'small', dataType: DataType.Int16 },
    { fieldID: 104n, name: 'plain', dataType: DataType.Int32 },
    { fieldID: 105n, name: 'ratio', dataType: DataType.Float },
    { fieldID: 106n, name: 'precise', dataType: DataType.Double },
    {
      fieldID: 107n,
      name: 'text',
      dataType: DataType.VarChar,
      typeParams: [{ key: 'max_length', value: '200' }],
    },
    {
      fieldID: 108n,
      name: 'vector',
      dataType: DataType.FloatVector,
      typeParams: [{ key: 'dim', value: '3' }],
    },
    {
      fieldID: 109n,
      name: 'bits',
      dataType: DataType.BinaryVector,
      typeParams: [{ key: 'dim', value: '16' }],
    },
    { fieldID: 0n, name: 'RowID', dataType: DataType.Int64 },
    { fieldID: 1n, name: 'Timestamp', dataType: DataType.Int64 },
  ],
});

export interface EveryTypeRow {
  readonly id: bigint;
  readonly flag: boolean;
  readonly tiny: number;
  readonly small: number;
  readonly plain: number;
  readonly ratio: number;
  readonly precise: number;
  readonly text: string;
  readonly vector: readonly number[];
  readonly bits: readonly number[];
}

export type FieldName = keyof EveryTypeRow;
export const fieldNames = [
  'id',
  'flag',
  'tiny',
  'small',
  'plain',
  'ratio',
  'precise',
  'text',
  'vector',
  'bits',
] as const satisfies readonly FieldName[];

const finite = { noNaN: true, noDefaultInfinity: true } as const;
const float = fc.float(finite);

export const anyRow: fc.Arbitrary<EveryTypeRow> = fc.record({
  id: fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constantFrom(2n ** 53n + 1n, -(2n ** 63n)),
  ),
  flag: fc.boolean(),
  tiny: fc.integer({ min: -128, max: 127 }),
  small: fc.integer({ min: -32768, max: 32767 }),
  plain: fc.integer(),
  ratio: float,
  precise: fc.double(finite),
  text: fc.string({
    unit: fc.oneof(
      fc.constantFrom('"', '\\', '\n', '{', ']', 'é', '鱼', '😀'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 30,
  }),
  vector: fc.array(float, { minLength: 3, maxLength: 3 }),
  bits: fc.array(fc.nat(255), { minLength: 2, maxLength: 2 }),
});

/** A number as JSON writes it; the sign of zero is kept. */
function jsonNumber(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value);
}

function jsonValue(value: EveryTypeRow[FieldName]): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return jsonNumber(value);
  if (typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  return `[${value.map(jsonNumber).join(', ')}]`;
}

export function jsonRow(row: Partial<EveryTypeRow>, order: readonly FieldName[] = fieldNames): string {
  const members = order.flatMap((name) => {
    const value = row[name];
    return value === undefined ? [] : [`"${name}": ${jsonValue(value)}`];
  });
  return `{${members.join(', ')}}`;
}

export function jsonFile(rows: readonly Partial<EveryTypeRow>[]): Buffer {
  return Buffer.from(`{"rows": [\n${rows.map((row) => jsonRow(row)).join(',\n')}\n]}\n`);
}

/** The values of a column, as a row has them. */
export function valuesOf(column: Column): (bigint | boolean | number | string | number[])[] {
  const { values, rows, width } = column;
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const each = <T>(read: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => read(row));
  switch (column.dataType) {
    case 'bool':
      return each((row) => view.getInt8(row) === 1);
    case 'int8':
      return each((row) => view.getInt8(row));
    case 'int16':
      return each((row) => view.getInt16(2 * row, true));
    case 'int32':
      return each((row) => view.getInt32(4 * row, true));
    case 'int64':
      return each((row) => view.getBigInt64(8 * row, true));
    case 'float':
      return each((row) => view.getFloat32(4 * row, true));
    case 'double':
      return each((row) => view.getFloat64(8 * row, true));
    case 'varchar':
      return Array.from(stringsOf(column), (utf8) => Buffer.from(utf8).toString());
    case 'binary-vector':
      return each((row) => [...values.subarray(row * width, (row + 1) * width)]);
    case 'float-vector':
      return each((row) =>
        Array.from({ length: width / 4 }, (_, at) => view.getFloat32(row * width + 4 * at, true)),
      );
  }
}

/** Columns by the names of their fields. */
export type NamedValues = Partial<Record<FieldName, ReturnType<typeof valuesOf>>>;

export function namedValues(columns: ReadonlyMap<bigint, Column>, of = everyType): NamedValues {
  const values: NamedValues = {};
  for (const { name, fieldID } of of.fields) {
    const column = columns.get(fieldID);
    const known = fieldNames.find((each) => each === name);
    if (column !== undefined && known !== undefined) values[known] = valuesOf(column);
  }
  return values;
}

/** A .npy file of version 1.0. */
export function npyFile(descr: string, shape: readonly number[], data: Uint8Array, order = 'False'): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${tuple}, }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(padded.length);
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    length,
    Buffer.from(padded, 'latin1'),
    data,
  ]);
}
