import type { Clock, Logger, Random, Semaphore, UniqueID } from '@millrace/core';
import type { data, rootcoord } from '@millrace/proto';
import type { ClientOf } from '@millrace/runtime';
import type { ObjectStore } from '@millrace/storage';
import type { MessageStream } from '@millrace/stream';
import type { BinlogEncoder } from './encoder/binlog-encoder.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { NodeMeter } from './node-meter.ts';
import type { PackSource } from './pipeline/pack-source.ts';
import type { DataNodeSettings } from './settings.ts';

/** The calls of a RootCoord that a DataNode makes. */
export type RootCoordCalls = Pick<
  ClientOf<typeof rootcoord.RootCoordService>,
  'allocId' | 'allocTimestamp' | 'describeCollectionInternal' | 'reportImport'
>;

/** The calls of a DataCoord that a DataNode makes. */
export type DataCoordCalls = Pick<
  ClientOf<typeof data.DataCoordService>,
  | 'getSegmentInfo'
  | 'getRecoveryInfoV2'
  | 'saveBinlogPaths'
  | 'updateChannelCheckpoint'
  | 'dropVirtualChannel'
  | 'assignSegmentId'
  | 'updateSegmentStatistics'
  | 'saveImportSegment'
>;

/** What every channel of one node stands on. */
export interface NodeWorld {
  readonly nodeID: UniqueID;
  readonly settings: DataNodeSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly rootCoord: RootCoordCalls;
  readonly dataCoord: DataCoordCalls;
  readonly objectStore: ObjectStore;
  readonly stream: MessageStream;
  readonly packs: PackSource;
  readonly encoder: BinlogEncoder;
  readonly budget: MemoryBudget;
  /** Bounds syncs that are encoded or uploaded at the same time. */
  readonly uploads: Semaphore;
  readonly meter: NodeMeter;
}
