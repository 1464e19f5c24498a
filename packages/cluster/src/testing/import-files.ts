import { dataTypes } from '@millrace/core';
import { schema } from '@millrace/proto';
import type { Cell } from '../inspect/read-rows.ts';

/** A field of each type that Milvus 2.2 has, and what a row holds of it, by its key: the same for writer and reader. */
export interface ImportedField {
  readonly name: string;
  readonly dataType: schema.DataType;
  readonly params?: Readonly<Record<string, string>>;
  readonly value: (key: number) => Cell;
  /** NumPy's element type, and a row as it lies in a file. */
  readonly descr: string;
  readonly elements?: number;
  readonly bytes: (value: Cell) => Uint8Array;
}

const textWidth = 24;
const fixed = (array: { readonly buffer: ArrayBufferLike }) => new Uint8Array(array.buffer);

const allFields: readonly ImportedField[] = [
  {
    name: 'id',
    dataType: dataTypes.int64,
    // Above 2^53: a double would lose them.
    value: (key) => 2n ** 60n + BigInt(key),
    descr: '<i8',
    bytes: (value) => fixed(BigInt64Array.of(BigInt(String(value)))),
  },
  {
    name: 'flag',
    dataType: dataTypes.bool,
    value: (key) => key % 3 === 0,
    descr: '|b1',
    bytes: (value) => Uint8Array.of(value === true ? 1 : 0),
  },
  {
    name: 'tiny',
    dataType: dataTypes.int8,
    value: (key) => (key % 256) - 128,
    descr: '|i1',
    bytes: (value) => fixed(Int8Array.of(Number(value))),
  },
  {
    name: 'small',
    dataType: dataTypes.int16,
    value: (key) => (key % 65_536) - 32_768,
    descr: '<i2',
    bytes: (value) => fixed(Int16Array.of(Number(value))),
  },
  {
    name: 'plain',
    dataType: dataTypes.int32,
    value: (key) => -key * 1_000,
    descr: '<i4',
    bytes: (value) => fixed(Int32Array.of(Number(value))),
  },
  {
    name: 'ratio',
    dataType: dataTypes.float,
    value: (key) => Math.fround(key / 7),
    descr: '<f4',
    bytes: (value) => fixed(Float32Array.of(Number(value))),
  },
  {
    name: 'precise',
    dataType: dataTypes.double,
    value: (key) => key / 7,
    descr: '<f8',
    bytes: (value) => fixed(Float64Array.of(Number(value))),
  },
  {
    name: 'text',
    dataType: dataTypes.varchar,
    params: { max_length: '64' },
    value: (key) => `row "${key}" é鱼`,
    descr: `|S${textWidth}`,
    bytes: (value) =>
      Buffer.concat([Buffer.from(String(value)), Buffer.alloc(textWidth)]).subarray(0, textWidth),
  },
  {
    name: 'vector',
    dataType: dataTypes['float-vector'],
    params: { dim: '8' },
    value: (key) =>
      Float32Array.from({ length: 8 }, (_, at) => Math.fround(((key * 31 + at * 17) % 1000) / 1000)),
    descr: '<f4',
    elements: 8,
    bytes: (value) => fixed(value instanceof Float32Array ? value : new Float32Array(8)),
  },
  {
    name: 'bits',
    dataType: dataTypes['binary-vector'],
    params: { dim: '16' },
    value: (key) => Uint8Array.of(key % 256, (key >> 8) % 256),
    descr: '|u1',
    elements: 2,
    bytes: (value) => (value instanceof Uint8Array ? value : new Uint8Array(2)),
  },
];

/** All types but one: a collection of 2.2 has one vector. */
export function fieldsWith(vector: 'vector' | 'bits'): readonly ImportedField[] {
  return allFields.filter(({ name, elements }) => elements === undefined || name === vector);
}

/** Of a collection with these fields, the first of which has id 100. */
export function importedSchema(name: string, fields: readonly ImportedField[]): Buffer {
  const definition = schema.CollectionSchema.fromPartial({
    name,
    fields: fields.map(({ name: field, dataType, params = {} }) => ({
      name: field,
      dataType,
      isPrimaryKey: field === 'id',
      typeParams: Object.entries(params).map(([key, value]) => ({ key, value })),
    })),
  });
  return Buffer.from(schema.CollectionSchema.encode(definition).finish());
}

export function idOf(key: number): bigint {
  return 2n ** 60n + BigInt(key);
}

/** What differs between what a row should hold and what was read of it, by field id (the first is 100). */
export function wrongFields(
  fields: readonly ImportedField[],
  key: number,
  read: (fieldID: bigint) => Cell | undefined,
): string[] {
  return fields.flatMap(({ name, value }, at) => {
    const cell = read(100n + BigInt(at));
    return textOf(cell) === textOf(value(key))
      ? []
      : [`row ${key}: ${name} is ${textOf(cell)}, was ${textOf(value(key))}`];
  });
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === 'object' ? cell.join(',') : String(cell);
}

/** A JSON file with the rows of these keys. */
export function jsonFile(fields: readonly ImportedField[], first: number, rows: number): Buffer {
  const chunks = [Buffer.from('{"rows": [')];
  for (let at = 0; at < rows; at++)
    chunks.push(
      Buffer.from(
        `${at === 0 ? '' : ',\n'}{${fields.map((field) => jsonMember(field, first + at)).join(', ')}}`,
      ),
    );
  return Buffer.concat([...chunks, Buffer.from(']}')]);
}

function jsonMember({ name, value }: ImportedField, key: number): string {
  const cell = value(key);
  if (typeof cell === 'bigint') return `"${name}": ${cell}`;
  return `"${name}": ${JSON.stringify(typeof cell === 'object' ? Array.from(cell) : cell)}`;
}

/** NumPy files with the rows of these keys, by field. */
export function npyFiles(
  fields: readonly ImportedField[],
  first: number,
  rows: number,
): ReadonlyMap<string, Uint8Array> {
  return new Map(
    fields.map(({ name, descr, elements, value, bytes }) => {
      const shape = elements === undefined ? `(${rows},)` : `(${rows}, ${elements})`;
      const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
      const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
      const length = Buffer.alloc(2);
      length.writeUInt16LE(header.length);
      const data = Array.from({ length: rows }, (_, at) => bytes(value(first + at)));
      return [
        name,
        Buffer.concat([
          Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
          length,
          Buffer.from(header, 'latin1'),
          ...data,
        ]),
      ];
    }),
  );
}
