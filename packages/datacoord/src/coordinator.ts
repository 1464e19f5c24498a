import type { Clock, Logger, Pace, Random } from '@millrace/core';
import type { MetaKeys } from '@millrace/metastore';
import type { rootcoord } from '@millrace/proto';
import type { ClientOf, ReadHardware } from '@millrace/runtime';
import type { ObjectStore } from '@millrace/storage';
import type { SegmentEncoder } from './answers/segment-encoder.ts';
import type { ChannelManager } from './channels/channel-manager.ts';
import type { DataNodes } from './channels/data-nodes.ts';
import type { CompactionTasks } from './compaction/compaction-tasks.ts';
import type { Compactor } from './compaction/compactor.ts';
import type { CompactionRunner } from './compaction/runner.ts';
import type { ComponentState } from './component-state.ts';
import type { Indexes } from './indexing/indexes.ts';
import type { SegmentLocks } from './locks/segment-locks.ts';
import type { Collections } from './meta/collections.ts';
import type { Commit, Meta } from './meta/meta.ts';
import type { StoredLogBytes } from './meta/stored-log-bytes.ts';
import type { SegmentAllocator } from './segments/allocator.ts';
import type { HybridClock } from './segments/hybrid-clock.ts';
import type { SegmentLifecycle } from './segments/segment-lifecycle.ts';
import type { DataCoordSettings } from './settings.ts';

/** The parts a call works with. */
export interface Coordinator {
  readonly component: ComponentState;
  readonly settings: DataCoordSettings;
  readonly keys: MetaKeys;
  readonly commit: Commit;
  readonly meta: Meta;
  readonly storedLogBytes: StoredLogBytes;
  readonly channels: ChannelManager;
  readonly nodes: DataNodes;
  readonly locks: SegmentLocks;
  readonly indexes: Indexes;
  readonly collections: Collections;
  readonly allocator: SegmentAllocator;
  readonly lifecycle: SegmentLifecycle;
  readonly compactor: Compactor;
  readonly compactionRunner: CompactionRunner;
  readonly compactions: CompactionTasks;
  readonly hybridClock: HybridClock;
  readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
  readonly objects: ObjectStore;
  readonly hardware: ReadHardware;
  /** `host:port` that others dial. */
  readonly address: () => string;
  readonly encoder: SegmentEncoder;
  /** For what takes long: recovery and large answers share the event loop with everything else. */
  readonly pace: Pace;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}
