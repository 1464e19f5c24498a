export {
  type Column,
  columnOf,
  type FixedColumn,
  memorySize,
  pickRows,
  stringsOf,
  type VarcharColumn,
  varcharOffsets,
} from './column.ts';
export { ColumnBuilder, type ColumnBuilderOptions, columnBytesMax } from './column-builder.ts';
export {
  type ColumnShape,
  type ColumnType,
  columnShape,
  columnTypeOf,
  dataTypeCodes,
  fieldShape,
  typeParam,
} from './data-type.ts';
export type { BinlogDescriptor } from './event.ts';
export { encodeInsertLog, encodeInsertLogAsync, type InsertLog } from './insert-log.ts';
export { type Compress, type CompressAsync, zstd, zstdAsync } from './parquet/compression.ts';
export { estimatedRowBytes } from './row-size.ts';
export { rowIDOrder, sortByRowID } from './sort-by-row-id.ts';
