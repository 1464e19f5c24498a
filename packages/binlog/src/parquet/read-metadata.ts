import { Corrupt } from '@millrace/core';
import {
  integerField,
  optionalInteger,
  optionalStruct,
  structField,
  structList,
  ThriftReader,
  type ThriftStruct,
} from './thrift-reader.ts';

/** The one column of a file. */
export interface LeafSchema {
  readonly physicalType: number;
  /** Bytes per value of FIXED_LEN_BYTE_ARRAY, else 0. */
  readonly typeLength: number;
  readonly optional: boolean;
  readonly convertedType: number | undefined;
}

/** The column's part in one row group: consecutive pages in `[start, end)`. */
export interface ColumnChunk {
  readonly codec: number;
  readonly rows: number;
  readonly start: number;
  readonly end: number;
}

export interface ParquetMetadata {
  readonly rows: number;
  readonly leaf: LeafSchema;
  readonly chunks: readonly ColumnChunk[];
}

const magic = 0x31524150;
const rowsMax = 2 ** 31 - 1;
const bytesMax = 2 ** 31 - 1;

/** Reads the footer of a Parquet file with one column. @throws Corrupt when it is damaged or has another form */
export function readMetadata(file: Uint8Array): ParquetMetadata {
  if (file.length < 12) throw damaged('is cut');
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const end = file.length - 8;
  if (view.getUint32(0, true) !== magic || view.getUint32(end + 4, true) !== magic)
    throw damaged('has no magic');
  const start = end - view.getUint32(end, true);
  if (start < 4) throw damaged('has a footer longer than itself');
  const reader = new ThriftReader(file, start, end);
  const footer = reader.struct();
  if (reader.position !== end) throw damaged('has a footer shorter than it says');
  const rows = integerField(footer, 3, 1, rowsMax);
  const chunks = structList(footer, 4).map((group) => readChunk(group, start));
  if (chunks.reduce((sum, chunk) => sum + chunk.rows, 0) !== rows)
    throw damaged('has contradicting row counts');
  return { rows, leaf: readLeaf(structList(footer, 2)), chunks };
}

function readLeaf(schema: readonly ThriftStruct[]): LeafSchema {
  const [root, leaf] = schema;
  if (root === undefined || leaf === undefined || schema.length !== 2 || integerField(root, 5, 1, 1) !== 1) {
    throw damaged('has not exactly one column');
  }
  return {
    physicalType: integerField(leaf, 1, 0, 7),
    typeLength: optionalInteger(leaf, 2) ?? 0,
    optional: integerField(leaf, 3, 0, 1) === 1,
    convertedType: optionalInteger(leaf, 6) ?? fromLogicalType(optionalStruct(leaf, 10)),
  };
}

/** The converted type that the newer annotation stands for, as far as Milvus uses it. */
function fromLogicalType(logical: ThriftStruct | undefined): number | undefined {
  if (logical === undefined) return undefined;
  if (logical.has(1)) return 0;
  const integer = optionalStruct(logical, 10);
  if (integer?.get(2) !== true) return -1;
  return ({ 8: 15, 16: 16, 32: 17, 64: 18 } as const)[integerField(integer, 1, 8, 64)] ?? -1;
}

function readChunk(group: ThriftStruct, footerStart: number): ColumnChunk {
  const [column, ...others] = structList(group, 1);
  if (column === undefined || others.length > 0) throw damaged('has not exactly one column in a row group');
  const meta = structField(column, 3);
  const rows = integerField(meta, 5, 1, rowsMax);
  if (integerField(group, 3, 1, rowsMax) !== rows) throw damaged('has contradicting row counts');
  const dictionary = optionalInteger(meta, 11) ?? 0;
  const data = integerField(meta, 9, 4, footerStart);
  const start = dictionary > 0 ? Math.min(dictionary, data) : data;
  const end = start + integerField(meta, 7, 1, bytesMax);
  if (start < 4 || end > footerStart) throw damaged('has pages outside of itself');
  return { codec: integerField(meta, 4, 0, 7), rows, start, end };
}

function damaged(what: string): Corrupt {
  return new Corrupt(`Parquet payload ${what}: the binlog is damaged`);
}
