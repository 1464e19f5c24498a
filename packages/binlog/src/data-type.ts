import { Invalid } from '@millrace/core';
import type { schema } from '@millrace/proto';

/** How the values of one field are held in memory. `String` and `VarChar` are one column type. */
export type ColumnType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float'
  | 'double'
  | 'varchar'
  | 'binary-vector'
  | 'float-vector';

/** Type of a column and bytes per row; `width` is 0 for varchar, whose rows differ. */
export interface ColumnShape {
  readonly dataType: ColumnType;
  readonly width: number;
}

/** Milvus' schema.DataType codes, by column type. Kept as numbers so that an encoding worker need not load the wire types. */
export const dataTypeCodes = {
  bool: 1,
  int8: 2,
  int16: 3,
  int32: 4,
  int64: 5,
  float: 10,
  double: 11,
  varchar: 21,
  'binary-vector': 100,
  'float-vector': 101,
} as const satisfies Record<ColumnType, schema.DataType>;

/** Code of `String`: what delta logs declare their lines as. */
export const stringTypeCode = 20 satisfies schema.DataType;

const scalarWidths = {
  bool: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  float: 4,
  double: 8,
  varchar: 0,
} as const;

const typesByCode: ReadonlyMap<number, ColumnType> = new Map([
  ...entriesOf(dataTypeCodes).map(([type, code]) => [code, type] as const),
  [stringTypeCode, 'varchar'] as const,
]);

function entriesOf(codes: Readonly<Record<ColumnType, number>>): readonly (readonly [ColumnType, number])[] {
  return Object.keys(codes)
    .filter(isColumnType)
    .map((type) => [type, codes[type]] as const);
}

function isColumnType(name: string): name is ColumnType {
  return Object.hasOwn(dataTypeCodes, name);
}

/** Column type of a schema.DataType code, or undefined where Milvus 2.2 stores no such type. */
export function columnTypeOf(code: number): ColumnType | undefined {
  return typesByCode.get(code);
}

/**
 * Shape of a column of this schema.DataType code.
 * @param dim vector dimension, 1 to 32768; binary vectors need a multiple of 8; ignored for scalars
 * @throws Invalid when the code is unknown or the dimension does not fit the type
 */
export function columnShape(code: number, dim = 0): ColumnShape {
  const dataType = columnTypeOf(code);
  if (dataType === undefined)
    throw new Invalid(`data type ${code} has no binlog form: use a type of Milvus 2.2`);
  if (dataType === 'float-vector') return { dataType, width: 4 * vectorDim(dim, 1) };
  if (dataType === 'binary-vector') return { dataType, width: vectorDim(dim, 8) / 8 };
  return { dataType, width: scalarWidths[dataType] };
}

function vectorDim(dim: number, multipleOf: number): number {
  if (Number.isSafeInteger(dim) && dim > 0 && dim <= 1 << 20 && dim % multipleOf === 0) return dim;
  throw new Invalid(
    `vector dimension ${dim} is not a positive multiple of ${multipleOf}: fix the field's "dim"`,
  );
}

/** Shape of the column of a schema field, with `dim` taken from its type parameters. @throws Invalid as columnShape does */
export function fieldShape(field: Pick<schema.FieldSchema, 'dataType' | 'typeParams'>): ColumnShape {
  return columnShape(field.dataType, typeParam(field, 'dim'));
}

/** A decimal type parameter of a field (`dim`, `max_length`), or 0 when it is absent or not a number. */
export function typeParam(field: Pick<schema.FieldSchema, 'typeParams'>, key: string): number {
  const text = field.typeParams.find((param) => param.key === key)?.value;
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
