export { transactionBytes } from './check-request.ts';
export {
  type CompactionStateName,
  type CompactionTask,
  compactionTransitions,
  decodeCompactionTask,
  encodeCompactionTask,
  isRunning,
  sourcesOf,
} from './compaction-task.ts';
export { EtcdMetaStore, type EtcdMetaStoreComponents, type EtcdMetaStoreSettings } from './drivers/etcd.ts';
export { LmdbMetaStore, type LmdbMetaStoreComponents, type LmdbMetaStoreSettings } from './drivers/lmdb.ts';
export {
  MemoryMetaStore,
  type MemoryMetaStoreComponents,
  type MemoryMetaStoreSettings,
} from './drivers/memory.ts';
export { dump, load } from './dump.ts';
export { GroupCommit, type GroupCommitSettings } from './group-commit.ts';
export { compareKeys, keyBytesMax } from './key-order.ts';
export {
  bufferNodeID,
  defaultKvRoot,
  defaultMetaRoot,
  type KvKeys,
  kvKeys,
  type MetaKeys,
  metaKeys,
  type ParsedKvKey,
  type ParsedMetaKey,
  type SegmentRef,
} from './keys.ts';
export {
  type Compare,
  type KeyValue,
  type Lease,
  type LeaseID,
  type MetaStore,
  type PairCursor,
  type RangeOptions,
  type RangePage,
  type Revision,
  rangeLimitDefault,
  rangeLimitMax,
  scan,
  type Transaction,
  type TransactionResult,
  transactionBytesMax,
  transactionOpsMax,
  type WatchBatch,
  type WatchEvent,
  type WriteOp,
} from './meta-store.ts';
export { openMetaStore } from './open.ts';
export {
  allocateServerID,
  discover,
  listSessions,
  type Role,
  registerSession,
  roles,
  type Session,
  type SessionChanges,
  type SessionInfo,
  type SessionSettings,
  watchSessions,
} from './session.ts';
export { registerStandby } from './standby.ts';
