export { createDataNode, type DataNode, type DataNodeComponents } from './datanode.ts';
export type { BinlogEncoder, EncodeField, EncodeTask } from './encoder/binlog-encoder.ts';
export { InlineEncoder } from './encoder/inline-encoder.ts';
export { MemoryBudget } from './memory-budget.ts';
export type { DataCoordCalls, RootCoordCalls } from './node-world.ts';
export type { PackRequest, PackSource } from './pipeline/pack-source.ts';
export { StreamPacks } from './pipeline/stream-packs.ts';
export { type DataNodeSettings, defaultDataNodeSettings } from './settings.ts';
export { type SyncDecision, type SyncReason, segmentsToSync } from './sync/policy.ts';
