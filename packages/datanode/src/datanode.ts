import { type Clock, type Logger, type Random, Semaphore, type UniqueID } from '@millrace/core';
import type { MetaStore } from '@millrace/metastore';
import type { data } from '@millrace/proto';
import { type HandlersOf, type Metrics, type ReadHardware, realHardware } from '@millrace/runtime';
import type { ObjectStore } from '@millrace/storage';
import type { MessageStream } from '@millrace/stream';
import { CompactionManager } from './compaction/compaction-manager.ts';
import type { BinlogEncoder } from './encoder/binlog-encoder.ts';
import { ImportManager } from './import/import-manager.ts';
import { MemoryBudget } from './memory-budget.ts';
import { nodeMeter, silentMeter } from './node-meter.ts';
import { NodeState } from './node-state.ts';
import type { DataCoordCalls, NodeWorld, RootCoordCalls } from './node-world.ts';
import type { ChannelPipeline } from './pipeline/channel-pipeline.ts';
import { DeltaForwarder } from './pipeline/delta-forwarder.ts';
import { MemoryGuard } from './pipeline/memory-guard.ts';
import type { PackSource } from './pipeline/pack-source.ts';
import { addImportSegment } from './rpc/add-import-segment.ts';
import { compaction } from './rpc/compaction.ts';
import { flushSegments } from './rpc/flush-segments.ts';
import { getCompactionState } from './rpc/get-compaction-state.ts';
import { getComponentStates } from './rpc/get-component-states.ts';
import { getMetrics } from './rpc/get-metrics.ts';
import { getStatisticsChannel } from './rpc/get-statistics-channel.ts';
import { importFiles } from './rpc/import.ts';
import { resendSegmentStats } from './rpc/resend-segment-stats.ts';
import { showConfigurations } from './rpc/show-configurations.ts';
import { syncSegments } from './rpc/sync-segments.ts';
import { watchDmChannels } from './rpc/watch-dm-channels.ts';
import type { DataNodeSettings } from './settings.ts';
import { TimeTickReporter } from './time-tick-reporter.ts';
import { ChannelManager } from './watch/channel-manager.ts';

/** What a DataNode stands on. Whoever made them closes them, after `run` has ended. */
export interface DataNodeComponents {
  /** The server id of its session: new with each start. */
  readonly nodeID: UniqueID;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metaStore: MetaStore;
  readonly stream: MessageStream;
  readonly packs: PackSource;
  readonly objectStore: ObjectStore;
  readonly rootCoord: RootCoordCalls;
  readonly dataCoord: DataCoordCalls;
  readonly encoder: BinlogEncoder;
  /** Default: the machine's. */
  readonly hardware?: ReadHardware;
  /** Where it tells what it does; default: nowhere. */
  readonly metrics?: Metrics;
}

/** A DataNode as it runs: its handlers are served by whoever made it. */
export interface DataNode {
  readonly state: NodeState;
  readonly handlers: HandlersOf<typeof data.DataNodeService>;
  readonly budget: MemoryBudget;
  /** The channels that are consumed now, for metrics and the console. */
  channels(): readonly ChannelPipeline[];
  /** Serves its assignments until the signal aborts: then all work ends at once, unwritten rows stay in the log. */
  run(signal: AbortSignal): Promise<void>;
  /** Writes what every channel buffers and its last checkpoint. Call it before aborting `run` for an orderly stop. */
  drain(): Promise<void>;
}

/** A DataNode without its server: what the process, the tests and the simulator start. Source: spec datanode-and-formats §1. */
export function createDataNode(settings: DataNodeSettings, components: DataNodeComponents): DataNode {
  const { metaStore, ...rest } = components;
  const { channelNames, timeTickIntervalMs, statsRefreshMs } = settings;
  const budget = new MemoryBudget(settings.memoryBytesMax, settings.memoryHighMark, settings.syncBytesMax);
  const channels = () => manager.channels();
  const { nodeID, clock, metrics } = components;
  const meter =
    metrics === undefined ? silentMeter : nodeMeter(metrics, { nodeID, now: () => clock.now(), channels });
  const uploads = new Semaphore(settings.ioConcurrency);
  const world: NodeWorld = { ...rest, settings, budget, uploads, meter };
  const state = new NodeState();
  state.nodeID = components.nodeID;
  const forwarder = new DeltaForwarder({ ...rest, channelNames });
  const reporter = new TimeTickReporter({
    ...rest,
    channelNames,
    intervalMs: timeTickIntervalMs,
    refreshMs: statsRefreshMs,
  });
  const manager = new ChannelManager(metaStore, {
    world,
    forwarder,
    reporter,
    guard: new MemoryGuard(budget),
  });
  const compactions = new CompactionManager(world, channels);
  const imports = new ImportManager(world);
  return {
    state,
    budget,
    channels,
    handlers: {
      getComponentStates: getComponentStates(state),
      getStatisticsChannel: getStatisticsChannel(),
      watchDmChannels: watchDmChannels(state),
      flushSegments: flushSegments(state, channels),
      resendSegmentStats: resendSegmentStats(reporter),
      getMetrics: getMetrics(state, settings, components.hardware ?? realHardware, channels),
      showConfigurations: showConfigurations(state, settings),
      getCompactionState: getCompactionState(state, compactions),
      compaction: compaction(state, compactions),
      syncSegments: syncSegments(state, compactions),
      import: importFiles(state, imports),
      addImportSegment: addImportSegment(state, world, channels),
    },
    async run(signal) {
      state.state = 'healthy';
      const stopped = new AbortController();
      const all = AbortSignal.any([signal, stopped.signal]);
      try {
        // A loop that fails takes the others with it.
        await Promise.all(
          [manager, reporter, compactions, imports].map((service) =>
            service.run(all).catch((error: unknown) => {
              stopped.abort();
              throw error;
            }),
          ),
        );
      } finally {
        state.state = 'abnormal';
      }
    },
    drain: () => manager.releaseAll(),
  };
}
