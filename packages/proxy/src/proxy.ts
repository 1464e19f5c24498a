import type { Clock, Logger } from '@millrace/core';
import { common, type data, milvus, type proxy, type rootcoord } from '@millrace/proto';
import { type ClientOf, checked, type HandlersOf } from '@millrace/runtime';
import type { MessageStream } from '@millrace/stream';
import { Batched } from './ids/batched.ts';
import { SegmentAssigner } from './insert/segment-assigner.ts';
import { WriteBudget } from './limits/write-budget.ts';
import { CollectionCache } from './meta/collection-cache.ts';
import type { ProxyParts } from './proxy-parts.ts';
import type { Handlers } from './rpc/call.ts';
import { getCompactionState, getCompactionStateWithPlans, manualCompaction } from './rpc/compaction.ts';
import * as ddl from './rpc/ddl.ts';
import * as definitions from './rpc/definitions.ts';
import { deleteRows } from './rpc/delete.ts';
import { flush, getFlushState } from './rpc/flush.ts';
import { flushAll, getFlushAllState } from './rpc/flush-all.ts';
import { getImportState, importFiles, listImportTasks } from './rpc/import.ts';
import { insert } from './rpc/insert.ts';
import { noted } from './rpc/noted.ts';
import { readPath } from './rpc/read-path.ts';
import { checkHealth, getComponentStates, getVersion } from './rpc/server-state.ts';
import {
  getCollectionStatistics,
  getPartitionStatistics,
  getPersistentSegmentInfo,
} from './rpc/statistics.ts';
import type { ProxySettings } from './settings.ts';
import { InFlightWrites } from './ticks/in-flight.ts';
import { TickReporter } from './ticks/tick-reporter.ts';

/** What a proxy stands on. `serverID` is that of its session, and the source of every message it publishes. */
export interface ProxyComponents {
  readonly clock: Clock;
  readonly log: Logger;
  readonly stream: MessageStream;
  readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
  readonly dataCoord: ClientOf<typeof data.DataCoordService>;
  readonly serverID: bigint;
}

/** A proxy without its server: the write half of MilvusService, and the calls that RootCoord makes back. */
export interface Proxy {
  readonly milvus: Handlers;
  readonly internal: HandlersOf<typeof proxy.ProxyService>;
  /** Must run while calls are served: it reports the time up to which everything is in the log. */
  readonly ticks: TickReporter;
}

/** A proxy that serves as soon as its handlers do and `ticks` runs. */
export function createProxy(settings: ProxySettings, components: ProxyComponents): Proxy {
  const { rootCoord, dataCoord, clock, log, serverID, stream } = components;
  const base = (msgType: common.MsgType) => common.MsgBase.fromPartial({ msgType, sourceID: serverID });
  const timestamps = new Batched(
    async (count) =>
      checked(await rootCoord.allocTimestamp({ base: base(common.MsgType.RequestTSO), count })).timestamp,
  );
  const ids = new Batched(
    async (count) => checked(await rootCoord.allocId({ base: base(common.MsgType.RequestID), count })).ID,
  );
  const writes = new InFlightWrites();
  const parts: ProxyParts = {
    settings,
    serverID,
    rootCoord,
    dataCoord,
    stream,
    collections: new CollectionCache(rootCoord, clock, {
      keepMs: settings.metaCacheMs,
      entriesMax: settings.metaCacheEntriesMax,
    }),
    timestamps,
    ids,
    segments: new SegmentAssigner(dataCoord, serverID),
    writes,
    budget: new WriteBudget(settings),
    clock,
    log,
  };
  const ticks = new TickReporter({
    writes,
    allocate: () => timestamps.take(1),
    rootCoord,
    serverID,
    clock,
    log,
    intervalMs: settings.timeTickIntervalMs,
    restIntervalMs: settings.restTickIntervalMs,
    restAfterMs: settings.restAfterMs,
  });
  const handlers: Handlers = {
    ...readPath(),
    createCollection: ddl.createCollection(parts),
    dropCollection: ddl.dropCollection(parts),
    alterCollection: ddl.alterCollection(parts),
    createPartition: ddl.createPartition(parts),
    dropPartition: ddl.dropPartition(parts),
    createAlias: ddl.createAlias(parts),
    dropAlias: ddl.dropAlias(parts),
    alterAlias: ddl.alterAlias(parts),
    describeCollection: definitions.describeCollection(parts),
    hasCollection: definitions.hasCollection(parts),
    showCollections: definitions.showCollections(parts),
    hasPartition: definitions.hasPartition(parts),
    showPartitions: definitions.showPartitions(parts),
    insert: insert(parts),
    delete: deleteRows(parts),
    flush: flush(parts),
    import: importFiles(parts),
    getImportState: getImportState(parts),
    listImportTasks: listImportTasks(parts),
    getFlushState: getFlushState(parts),
    flushAll: flushAll(parts),
    getFlushAllState: getFlushAllState(parts),
    manualCompaction: manualCompaction(parts),
    getCompactionState: getCompactionState(parts),
    getCompactionStateWithPlans: getCompactionStateWithPlans(parts),
    getCollectionStatistics: getCollectionStatistics(parts),
    getPartitionStatistics: getPartitionStatistics(parts),
    getPersistentSegmentInfo: getPersistentSegmentInfo(parts),
    getVersion: getVersion(parts),
    checkHealth: checkHealth(parts),
    getComponentStates: getComponentStates(parts),
  };
  return {
    milvus: noted(handlers, () => ticks.noteCall()),
    internal: {
      getComponentStates: () => ({
        state: milvus.ComponentInfo.fromPartial({ nodeID: serverID, role: 'proxy', stateCode: 1 }),
      }),
      invalidateCollectionMetaCache: () => {
        parts.collections.invalidate();
        return {};
      },
    },
    ticks,
  };
}
