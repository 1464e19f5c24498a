import { type Column, ColumnBuilder, fieldShape, stringsOf } from '@millrace/binlog';
import { internal, schema } from '@millrace/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendInsert } from './decode-insert.ts';
import { scanInsert } from './scan-insert.ts';

const { DataType } = schema;
const dim = 8;
const params = [{ key: 'dim', value: String(dim) }];
const fields = [
  { fieldID: 100n, name: 'pk', dataType: DataType.Int64, isPrimaryKey: true },
  { fieldID: 101n, name: 'bool', dataType: DataType.Bool },
  { fieldID: 102n, name: 'i8', dataType: DataType.Int8 },
  { fieldID: 103n, name: 'i16', dataType: DataType.Int16 },
  { fieldID: 104n, name: 'i32', dataType: DataType.Int32 },
  { fieldID: 105n, name: 'f', dataType: DataType.Float },
  { fieldID: 106n, name: 'd', dataType: DataType.Double },
  { fieldID: 107n, name: 's', dataType: DataType.VarChar },
  { fieldID: 108n, name: 'fv', dataType: DataType.FloatVector, typeParams: params },
  { fieldID: 109n, name: 'bv', dataType: DataType.BinaryVector, typeParams: params },
  { fieldID: 0n, name: 'RowID', dataType: DataType.Int64 },
  { fieldID: 1n, name: 'Timestamp', dataType: DataType.Int64 },
].map((field) => schema.FieldSchema.fromPartial(field));

const int64 = fc.bigInt(-(1n << 63n), (1n << 63n) - 1n);
const float = fc.float({ noNaN: true });
const row = fc.record({
  rowID: int64,
  timestamp: fc.bigInt(0n, (1n << 64n) - 1n),
  pk: int64,
  bool: fc.boolean(),
  i8: fc.integer({ min: -128, max: 127 }),
  i16: fc.integer({ min: -32768, max: 32767 }),
  i32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  f: float,
  d: fc.double({ noNaN: true }),
  s: fc.string({ unit: 'grapheme' }),
  fv: fc.array(float, { minLength: dim, maxLength: dim }),
  bv: fc.integer({ min: 0, max: 255 }),
});
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never;
const rowsOfTest = fc.array(row, { minLength: 1, maxLength: 20 });

function scalars(fieldId: bigint, type: schema.DataType, data: schema.ScalarField['data']): schema.FieldData {
  return { type, fieldName: '', fieldId, field: { $case: 'scalars', value: { data } } };
}

function vectors(fieldId: bigint, type: schema.DataType, data: schema.VectorField['data']): schema.FieldData {
  return { type, fieldName: '', fieldId, field: { $case: 'vectors', value: { dim: BigInt(dim), data } } };
}

function columns(rows: readonly Row[]): schema.FieldData[] {
  const bytes = Buffer.from(rows.map(({ bv }) => bv));
  return [
    vectors(109n, DataType.BinaryVector, { $case: 'binaryVector', value: bytes }),
    scalars(101n, DataType.Bool, { $case: 'boolData', value: { data: rows.map(({ bool }) => bool) } }),
    scalars(102n, DataType.Int8, { $case: 'intData', value: { data: rows.map(({ i8 }) => i8) } }),
    scalars(103n, DataType.Int16, { $case: 'intData', value: { data: rows.map(({ i16 }) => i16) } }),
    scalars(104n, DataType.Int32, { $case: 'intData', value: { data: rows.map(({ i32 }) => i32) } }),
    scalars(100n, DataType.Int64, { $case: 'longData', value: { data: rows.map(({ pk }) => pk) } }),
    scalars(105n, DataType.Float, { $case: 'floatData', value: { data: rows.map(({ f }) => f) } }),
    scalars(106n, DataType.Double, { $case: 'doubleData', value: { data: rows.map(({ d }) => d) } }),
    scalars(107n, DataType.VarChar, { $case: 'stringData', value: { data: rows.map(({ s }) => s) } }),
    vectors(108n, DataType.FloatVector, {
      $case: 'floatVector',
      value: { data: rows.flatMap(({ fv }) => fv) },
    }),
  ];
}

function message(rows: readonly Row[], change: Partial<internal.InsertRequest> = {}): Uint8Array {
  const request = internal.InsertRequest.fromPartial({
    base: { msgID: 5n, timestamp: 9n },
    shardName: 'by-dev-rootcoord-dml_0_1v0',
    collectionName: 'things',
    collectionID: 1n,
    partitionID: 2n,
    segmentID: 3n,
    timestamps: rows.map(({ timestamp }) => timestamp),
    rowIDs: rows.map(({ rowID }) => rowID),
    fieldsData: columns(rows),
    numRows: BigInt(rows.length),
    version: internal.InsertDataVersion.ColumnBased,
  });
  return internal.InsertRequest.encode({ ...request, ...change }).finish();
}

function buffersFor(list: readonly schema.FieldSchema[]) {
  return list.map((field) => ({ field, builder: new ColumnBuilder(fieldShape(field)) }));
}

function decoded(bytes: Uint8Array, list = fields): Map<bigint, Column> {
  const buffers = buffersFor(list);
  appendInsert(scanInsert(bytes), buffers);
  return new Map(buffers.map(({ field, builder }) => [field.fieldID, builder.view()]));
}

/** The bytes a column has for these rows, written the plain way. */
function expectedBytes(fieldID: bigint, rows: readonly Row[]): Buffer {
  const each = (size: number, write: (buffer: Buffer, value: Row) => void) =>
    Buffer.concat(
      rows.map((value) => {
        const buffer = Buffer.alloc(size);
        write(buffer, value);
        return buffer;
      }),
    );
  switch (fieldID) {
    case 0n:
      return each(8, (b, { rowID }) => b.writeBigInt64LE(rowID));
    case 1n:
      return each(8, (b, { timestamp }) => b.writeBigUInt64LE(timestamp));
    case 100n:
      return each(8, (b, { pk }) => b.writeBigInt64LE(pk));
    case 101n:
      return each(1, (b, { bool }) => b.writeUInt8(bool ? 1 : 0));
    case 102n:
      return each(1, (b, { i8 }) => b.writeInt8(i8));
    case 103n:
      return each(2, (b, { i16 }) => b.writeInt16LE(i16));
    case 104n:
      return each(4, (b, { i32 }) => b.writeInt32LE(i32));
    case 105n:
      return each(4, (b, { f }) => b.writeFloatLE(f));
    case 106n:
      return each(8, (b, { d }) => b.writeDoubleLE(d));
    case 108n:
      return each(4 * dim, (b, { fv }) => fv.forEach((value, at) => void b.writeFloatLE(value, 4 * at)));
    default:
      return each(1, (b, { bv }) => b.writeUInt8(bv));
  }
}

describe('InsertRequest decoder', () => {
  it('puts every type of a column-based message into columns, whatever the order of the fields', () => {
    fc.assert(
      fc.property(rowsOfTest, (rows) => {
        const result = decoded(message(rows));
        for (const [fieldID, column] of result) {
          expect(column.rows).toBe(rows.length);
          if (column.dataType === 'varchar')
            expect(Array.from(stringsOf(column), (utf8) => Buffer.from(utf8).toString())).toEqual(
              rows.map(({ s }) => s),
            );
          else expect(Buffer.from(column.values).equals(expectedBytes(fieldID, rows))).toBe(true);
        }
      }),
    );
  });

  it('reads row-based blobs as the same columns', () => {
    const fixed = fields.filter(({ dataType }) => dataType !== DataType.VarChar);
    const users = fixed.filter(({ fieldID }) => fieldID >= 100n);
    fc.assert(
      fc.property(rowsOfTest, (rows) => {
        const rowData = rows.map((one) => ({
          value: Buffer.concat(users.map(({ fieldID }) => expectedBytes(fieldID, [one]))),
        }));
        const version = internal.InsertDataVersion.RowBased;
        const result = decoded(message(rows, { version, rowData, fieldsData: [] }), fixed);
        for (const [fieldID, { values }] of result)
          expect(Buffer.from(values).equals(expectedBytes(fieldID, rows))).toBe(true);
      }),
    );
  });

  it('tells what filtering needs without decoding the columns', () => {
    fc.assert(
      fc.property(rowsOfTest, (rows) => {
        const view = scanInsert(message(rows));
        const sorted = rows.map(({ timestamp }) => timestamp).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
        expect(view).toMatchObject({
          shardName: 'by-dev-rootcoord-dml_0_1v0',
          collectionID: 1n,
          partitionID: 2n,
          segmentID: 3n,
          rows: rows.length,
          beginTimestamp: sorted[0],
          endTimestamp: sorted.at(-1),
        });
      }),
    );
  });

  it('appends nothing of a message one of whose columns is missing or has another length', () => {
    fc.assert(
      fc.property(rowsOfTest, fc.nat(9), fc.boolean(), (rows, at, missing) => {
        const data = columns(rows);
        const longer = columns([...rows, ...rows]);
        const fieldsData = missing
          ? data.toSpliced(at, 1)
          : data.toSpliced(at, 1, ...longer.slice(at, at + 1));
        const buffers = buffersFor(fields);
        expect(() => appendInsert(scanInsert(message(rows, { fieldsData })), buffers)).toThrow(/field/);
        for (const { builder } of buffers) expect(builder.rows).toBe(0);
      }),
    );
  });

  it('refuses rows, row ids and timestamps that disagree, and cut messages, as corrupt', () => {
    fc.assert(
      fc.property(rowsOfTest, (rows) => {
        expect(() => scanInsert(message(rows, { numRows: BigInt(rows.length + 1) }))).toThrow(/rows/);
        expect(() => scanInsert(message(rows, { rowIDs: [] }))).toThrow(/rows/);
        const bytes = message(rows);
        expect(() => decoded(bytes.subarray(0, bytes.length - 5))).toThrow();
      }),
    );
  });
});
