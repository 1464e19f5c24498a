import { Invalid } from './errors.ts';

/** Milvus' `schema.DataType` codes that 2.2.8 stores. */
export const dataTypes = {
  bool: 1,
  int8: 2,
  int16: 3,
  int32: 4,
  int64: 5,
  float: 10,
  double: 11,
  string: 20,
  varchar: 21,
  'binary-vector': 100,
  'float-vector': 101,
} as const;

/** A field of a collection's schema, as far as its size depends on it. `dataType` is one of `dataTypes`. */
export interface SizedField {
  readonly name: string;
  readonly dataType: number;
  readonly typeParams: readonly { readonly key: string; readonly value: string }[];
}

/** A varchar is estimated at this many bytes at most. Source: spec datacoord §3.3. */
const varcharBytesMax = 256;

/** A decimal type parameter of a field (`dim`, `max_length`). Invalid when it is missing or no positive integer. */
export function integerTypeParam(field: SizedField, key: string): number {
  const text = field.typeParams.find((param) => param.key === key)?.value ?? '';
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value <= 0) {
    throw new Invalid(
      `field ${field.name} needs the type parameter ${key}, a positive integer; it has '${text}'`,
    );
  }
  return value;
}

/** Estimated bytes of one row, system fields included where the schema has them. Source: spec datacoord §3.3. */
export function estimatedRowBytes(fields: readonly SizedField[]): number {
  return fields.reduce((sum, field) => sum + estimatedFieldBytes(field), 0);
}

function estimatedFieldBytes(field: SizedField): number {
  switch (field.dataType) {
    case dataTypes.bool:
    case dataTypes.int8:
      return 1;
    case dataTypes.int16:
      return 2;
    case dataTypes.int32:
    case dataTypes.float:
      return 4;
    case dataTypes.int64:
    case dataTypes.double:
      return 8;
    case dataTypes.varchar:
      return Math.min(integerTypeParam(field, 'max_length'), varcharBytesMax);
    case dataTypes['binary-vector']:
      return Math.floor(integerTypeParam(field, 'dim') / 8);
    case dataTypes['float-vector']:
      return integerTypeParam(field, 'dim') * 4;
    default:
      return 0;
  }
}

/** Rows a segment of `segmentBytesMax` takes, by their estimated size. @throws Invalid for fields without any size, or without their parameter */
export function maxRowsOfSegment(fields: readonly SizedField[], segmentBytesMax: number): number {
  const rowBytes = estimatedRowBytes(fields);
  if (rowBytes === 0) throw new Invalid('zero size record schema found');
  return Math.floor(segmentBytesMax / rowBytes);
}
