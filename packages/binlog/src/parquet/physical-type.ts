import type { ColumnType } from '../data-type.ts';

/** Parquet's physical type codes. */
export const physicalTypes = {
  boolean: 0,
  int32: 1,
  int64: 2,
  float: 4,
  double: 5,
  byteArray: 6,
  fixedLenByteArray: 7,
} as const;

/** Parquet's converted type codes that Milvus requires. */
export const convertedTypes = { utf8: 0, int8: 15, int16: 16 } as const;

/** How one column type lies in Parquet. Source: formats §6.3. */
export interface PhysicalForm {
  readonly type: number;
  /** Annotation that Arrow needs to see Milvus' type again; undefined where the physical type says it all. */
  readonly convertedType: number | undefined;
  /** Bit width of the INTEGER logical type, for the same annotation in its newer form. */
  readonly integerBits: 8 | 16 | undefined;
  /** Bytes per value in a PLAIN page; 0 where the column's own width or the value's length decides. */
  readonly plainWidth: number;
}

const plain = (type: number, plainWidth: number): PhysicalForm => ({
  type,
  convertedType: undefined,
  integerBits: undefined,
  plainWidth,
});

export const physicalForms: Readonly<Record<ColumnType, PhysicalForm>> = {
  bool: plain(physicalTypes.boolean, 0),
  int8: { type: physicalTypes.int32, convertedType: convertedTypes.int8, integerBits: 8, plainWidth: 4 },
  int16: { type: physicalTypes.int32, convertedType: convertedTypes.int16, integerBits: 16, plainWidth: 4 },
  int32: plain(physicalTypes.int32, 4),
  int64: plain(physicalTypes.int64, 8),
  float: plain(physicalTypes.float, 4),
  double: plain(physicalTypes.double, 8),
  varchar: { ...plain(physicalTypes.byteArray, 0), convertedType: convertedTypes.utf8 },
  'binary-vector': plain(physicalTypes.fixedLenByteArray, 0),
  'float-vector': plain(physicalTypes.fixedLenByteArray, 0),
};

export const encodings = { plain: 0, plainDictionary: 2, rle: 3, rleDictionary: 8 } as const;

/** The two codecs Milvus 2.2 reads: its Arrow is built with ZSTD alone. */
export const codecs = { uncompressed: 0, zstd: 6 } as const;

export const pageTypes = { data: 0, index: 1, dictionary: 2, dataV2: 3 } as const;
