export { LocalObjectStore, type LocalObjectStoreSettings } from './drivers/local.ts';
export { MemoryObjectStore } from './drivers/memory.ts';
export { MinioObjectStore, type MinioSettings } from './drivers/minio.ts';
export { LogKeyWriter } from './log-key-writer.ts';
export {
  type DeltaLog,
  deltaLogKey,
  type InsertLog,
  insertLogKey,
  type LogKind,
  type LogObject,
  type LogOwner,
  logKinds,
  logObjectKey,
  logPrefix,
  parseLogObjectKey,
  type StatsLog,
  segmentLogPrefix,
  statsLogKey,
} from './object-paths.ts';
export {
  type ByteRange,
  type GetOptions,
  type ListOptions,
  type ListPage,
  listAll,
  type ObjectInfo,
  type ObjectStore,
} from './object-store.ts';
export { openObjectStore } from './open.ts';
