import {
  type Clock,
  Fenced,
  type Logger,
  Pace,
  type Random,
  runTogether,
  type Service,
} from '@millrace/core';
import {
  allocateServerID,
  GroupCommit,
  type MetaStore,
  metaKeys,
  registerSession,
  registerStandby,
  type WriteOp,
} from '@millrace/metastore';
import { data, type rootcoord } from '@millrace/proto';
import { type ClientOf, type Metrics, type ReadHardware, RpcServer, realHardware } from '@millrace/runtime';
import type { ObjectStore } from '@millrace/storage';
import type { MessageStream } from '@millrace/stream';
import { CountAhead } from './answers/count-ahead.ts';
import { SegmentEncoder } from './answers/segment-encoder.ts';
import { ChannelManager } from './channels/channel-manager.ts';
import { type ConnectDataNode, connectDataNode, DataNodes } from './channels/data-nodes.ts';
import { DropCheck } from './channels/drop-check.ts';
import { CompactionTasks } from './compaction/compaction-tasks.ts';
import { Compactor } from './compaction/compactor.ts';
import { CompactionPlanner } from './compaction/planner.ts';
import { CompactionRunner } from './compaction/runner.ts';
import { ComponentState } from './component-state.ts';
import type { Coordinator } from './coordinator.ts';
import { coordinatorMeter, silentMeter } from './coordinator-meter.ts';
import { GarbageCollector } from './gc/collector.ts';
import { type FindIndexCoord, Indexes } from './indexing/indexes.ts';
import { serveDataService } from './legacy/data-service.ts';
import { NodeKeeper } from './legacy/node-keeper.ts';
import { LockKeeper } from './locks/lock-keeper.ts';
import { SegmentLocks } from './locks/segment-locks.ts';
import { Collections } from './meta/collections.ts';
import { Meta } from './meta/meta.ts';
import { StoredLogBytes } from './meta/stored-log-bytes.ts';
import { tellMetrics } from './metrics.ts';
import { recover } from './recovery/recover.ts';
import { LogRetention } from './retention/log-retention.ts';
import { dataCoordCalls } from './rpc/calls.ts';
import { toldSegment } from './rpc/get-recovery-info-v2.ts';
import { SegmentAllocator } from './segments/allocator.ts';
import { HybridClock } from './segments/hybrid-clock.ts';
import { IDAllocator } from './segments/id-allocator.ts';
import { OpenSegments } from './segments/open-segments.ts';
import { SegmentLifecycle } from './segments/segment-lifecycle.ts';
import type { DataCoordSettings } from './settings.ts';
import { TickConsumer } from './ticks/tick-consumer.ts';

/** What a DataCoord stands on. Whoever opened it closes it, after `runDataCoord` has ended. */
export interface DataCoordComponents {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly store: MetaStore;
  readonly stream: MessageStream;
  readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
  /** Where the DataNodes write: compaction copies delta logs there, garbage collection removes what nothing needs. */
  readonly objects: ObjectStore;
  /** Default: there is none, and every flushed segment counts as indexed. */
  readonly indexCoord?: FindIndexCoord;
  /** Default: the machine's. */
  readonly hardware?: ReadHardware;
  /** Where it tells what it holds; default: nowhere. */
  readonly metrics?: Metrics;
  /** Default: a gRPC client of the address in the node's session. */
  readonly connectDataNode?: ConnectDataNode;
}

/** Called once the server is healthy, and before that once it stands by. */
export type OnReady = (server: {
  readonly port: number;
  readonly serverID: bigint;
  readonly standsBy?: boolean;
}) => void;

/**
 * Runs a DataCoord until the signal aborts: listens, becomes the one, reads what there is, serves. Rejects with Fenced when its session is
 * lost: somebody else may be the coordinator then, and nothing more is written. Source: spec datacoord §1.4.
 */
export async function runDataCoord(
  settings: DataCoordSettings,
  components: DataCoordComponents,
  signal: AbortSignal,
  onReady: OnReady = () => {},
): Promise<void> {
  const { clock, random, log, store } = components;
  const component = new ComponentState('datacoord');
  component.nodeID = await allocateServerID(store, settings.metaRoot);

  const server = new RpcServer({ log, ...(settings.host === undefined ? {} : { host: settings.host }) });
  const keys = metaKeys(settings.metaRoot);
  const nodes = new DataNodes(components.connectDataNode ?? connectDataNode, log);
  let commits: GroupCommit | undefined;
  const commit = async (writes: readonly WriteOp[]): Promise<void> => {
    if (commits === undefined) throw component.notServing();
    await commits.commit({ writes });
  };
  const meter = components.metrics === undefined ? silentMeter : coordinatorMeter(components.metrics);
  const meta = new Meta(keys, commit, meter);
  const collections = new Collections(components.rootCoord);
  const open = new OpenSegments();
  const hybridClock = new HybridClock(clock, components.rootCoord, log);
  const lifecycle = new SegmentLifecycle({ meta, open, limits: settings.seal, clock, log });
  const ids = new IDAllocator(components.rootCoord);
  const allocator = new SegmentAllocator({ meta, open, collections, hybridClock, ids, settings });
  const dropped = new Set<string>();
  const fence = { key: keys.key.exclusiveSession({ role: 'datacoord' }), createRevision: 0n };
  const channels = new ChannelManager({
    store,
    keys,
    fence,
    meta,
    collections,
    nodes,
    clock,
    log,
    settings,
    dropped,
  });
  const locks = new SegmentLocks({ keys, commit, meta });
  const indexes = new Indexes(components.indexCoord ?? (async () => undefined));
  const compactions = new CompactionTasks({ keys, commit, clock });
  const { objects } = components;
  const { objectRoot, segmentBytesMax } = settings;
  const forCompaction = {
    meta,
    tasks: compactions,
    collections,
    indexes,
    hybridClock,
    ids,
    channels,
    nodes,
    objects,
    meter,
    clock,
    log,
    objectRoot,
    segmentBytesMax,
    settings: settings.compaction,
  };
  const planner = new CompactionPlanner(forCompaction);
  const compactionRunner = new CompactionRunner(forCompaction);
  const compactor = new Compactor({ ...forCompaction, planner, runner: compactionRunner });
  let address = '';
  const pace = new Pace(clock);
  const coordinator: Coordinator = {
    component,
    settings,
    keys,
    commit,
    meta,
    storedLogBytes: new StoredLogBytes(meta.segments, pace),
    channels,
    nodes,
    locks,
    indexes,
    compactor,
    compactionRunner,
    compactions,
    collections,
    allocator,
    lifecycle,
    hybridClock,
    rootCoord: components.rootCoord,
    objects,
    hardware: components.hardware ?? realHardware,
    address: () => address,
    encoder: new SegmentEncoder(settings.objectRoot),
    pace,
    clock,
    random,
    log,
  };
  server.add(data.DataCoordService, dataCoordCalls(component, coordinator));
  const oldNodes = serveDataService(server, coordinator);
  const port = await server.listen(settings.port);
  address = `${settings.advertisedHost}:${port}`;
  const becomeActive = () => {
    const world = { store, clock, random };
    const { metaRoot, sessionTtlMs: ttlMs } = settings;
    const own = { role: 'datacoord', address, serverID: component.nodeID, ttlMs } as const;
    if (!settings.activeStandby) return registerSession(world, metaRoot, own, signal);
    return registerStandby(world, metaRoot, own, signal, () => {
      component.registered = true;
      component.state = 'StandBy';
      log.info({ nodeID: component.nodeID, address }, 'datacoord stands by');
      onReady({ port, serverID: component.nodeID, standsBy: true });
    });
  };
  try {
    const session = await becomeActive().catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    if (session === undefined) return;
    component.registered = true;
    component.state = 'Initializing';
    fence.createRevision = session.revision;
    commits = new GroupCommit(store, { guards: [fence] });
    const startedMs = clock.monotonic();
    const [{ droppedChannels }] = await Promise.all([
      recover({ store, keys, pace }, meta),
      locks.load(store),
      compactions.load(store),
      channels.load(),
    ]);
    log.info({ segments: meta.segments.size, tookMs: clock.monotonic() - startedMs }, 'metadata read');
    for (const channel of droppedChannels) dropped.add(channel);
    lifecycle.restore();
    await oldNodes.load(store);
    const ticks = new TickConsumer({
      stream: components.stream,
      lifecycle,
      channels,
      nodes,
      nodeID: component.nodeID,
      clock,
      log,
      settings,
    });
    if (components.metrics !== undefined) tellMetrics(components.metrics, coordinator, ticks);
    const retention = new LogRetention({
      stream: components.stream,
      channels,
      meta,
      channelNames: settings.channelNames,
      clock,
      log,
      intervalMs: settings.logTrimMs,
    });
    component.state = 'Healthy';
    log.info({ nodeID: component.nodeID, address, segments: meta.segments.size }, 'datacoord healthy');
    onReady({ port, serverID: component.nodeID });
    const lockKeeper = new LockKeeper({ store, metaRoot: settings.metaRoot, locks, clock, log });
    const collector = new GarbageCollector({
      meta,
      objects,
      locks,
      indexes,
      collections,
      channels,
      clock,
      log,
      settings: {
        objectRoot,
        intervalMs: settings.gcIntervalMs,
        dropToleranceMs: settings.gcDropToleranceMs,
        missingToleranceMs: settings.gcMissingToleranceMs,
      },
    });
    const dropCheck = new DropCheck({
      rootCoord: components.rootCoord,
      channels,
      collections,
      clock,
      log,
      intervalMs: settings.dropCheckMs,
    });
    const nodeKeeper = new NodeKeeper(oldNodes, { store, stream: components.stream, fence });
    const countAhead = new CountAhead(meta.segments, toldSegment(coordinator.encoder), clock);
    const services: Service[] = [channels, ticks, retention, dropCheck, lockKeeper, nodeKeeper, countAhead];
    // A service that ends, ends the server: what is switched off is none.
    if (settings.compaction.enabled) services.push(compactor);
    if (settings.garbageCollection) services.push(collector);
    await runTogether(services, AbortSignal.any([signal, session.lost]));
    if (session.lost.aborted && !signal.aborted) {
      throw new Fenced(
        'the session of this datacoord is lost: another may have taken its place. Start it again',
      );
    }
    component.state = 'Stopping';
    await server.stop();
    await session.close();
  } finally {
    component.state = 'Abnormal';
    await server.stop();
    nodes.close();
  }
}
