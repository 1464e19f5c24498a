export { appendPicked } from './append-picked.ts';
export { BloomFilter, bloomSize } from './bloom-filter.ts';
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
export { type ColumnMemory, freshMemory } from './column-memory.ts';
export {
  type ColumnShape,
  type ColumnType,
  columnShape,
  columnTypeOf,
  dataTypeCodes,
  fieldShape,
  typeParam,
} from './data-type.ts';
export {
  type DecodedDeltaLog,
  type DeleteEntry,
  type DeltaLog,
  decodeDeltaLog,
  deletesOfLog,
  deleteTimestamps,
  encodeDeltaLog,
  encodeDeltaLogAsync,
} from './delta-log.ts';
export type { BinlogDescriptor } from './event.ts';
export { GrowingKeys } from './growing-keys.ts';
export {
  type DecodedInsertLog,
  type DecodeInsertLogOptions,
  decodeInsertLog,
  encodeInsertLog,
  encodeInsertLogAsync,
  type InsertLog,
} from './insert-log.ts';
export { type Compress, type CompressAsync, zstd, zstdAsync } from './parquet/compression.ts';
export {
  comparePrimaryKeys,
  type PrimaryKey,
  type PrimaryKeyType,
  primaryKeyBytes,
  primaryKeyOf,
} from './primary-key.ts';
export { PrimaryKeyStats, summarizeKeys } from './primary-key-stats.ts';
export { mayContain, type PrimaryKeySummary } from './primary-key-summary.ts';
export { rowIDOrder, sortByRowID } from './sort-by-row-id.ts';
export { decodeStatsLog, encodeStatsLog, type StatsLog } from './stats-log.ts';
