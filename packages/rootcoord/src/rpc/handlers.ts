import { common, type rootcoord } from '@millrace/proto';
import type { CallContext, HandlersOf } from '@millrace/runtime';
import type { Catalog } from '../catalog/catalog.ts';
import { alterAlias, createAlias, dropAlias } from '../ddl/aliases.ts';
import { alterCollection } from '../ddl/alter-collection.ts';
import { createCollection } from '../ddl/create-collection.ts';
import type { DdlWorld } from '../ddl/ddl-world.ts';
import { dropCollection } from '../ddl/drop-collection.ts';
import { createPartition, dropPartition } from '../ddl/partitions.ts';
import type { Health } from '../health.ts';
import type { ImportManager } from '../import/import-manager.ts';
import type { ImportTasks } from '../import/import-tasks.ts';
import type { RootCoordSettings } from '../settings.ts';
import type { TickLedger } from '../tick/tick-ledger.ts';
import type { IdAllocator } from '../tso/id-allocator.ts';
import type { TimestampOracle } from '../tso/timestamp-oracle.ts';
import { allocID } from './alloc-id.ts';
import { allocTimestamp } from './alloc-timestamp.ts';
import { checkHealth } from './check-health.ts';
import { describeCollection, describeCollectionInternal } from './describe-collection.ts';
import { getComponentStates } from './get-component-states.ts';
import { getImportState } from './get-import-state.ts';
import { hasCollection } from './has-collection.ts';
import { hasPartition } from './has-partition.ts';
import { importFiles } from './import.ts';
import { listImportTasks } from './list-import-tasks.ts';
import { requireMessageType } from './message-type.ts';
import { reportImport } from './report-import.ts';
import { showCollections } from './show-collections.ts';
import { showConfigurations } from './show-configurations.ts';
import { showPartitions, showPartitionsInternal } from './show-partitions.ts';
import { updateChannelTimeTick } from './update-channel-time-tick.ts';

export type RootCoordHandlers = HandlersOf<typeof rootcoord.RootCoordService>;

export interface HandlerParts {
  readonly settings: RootCoordSettings;
  readonly health: Health;
  readonly tso: TimestampOracle;
  readonly ids: IdAllocator;
  readonly catalog: Catalog;
  readonly ledger: TickLedger;
  readonly world: DdlWorld;
  readonly importTasks: ImportTasks;
  readonly imports: ImportManager;
  /** As of the last round of time ticks. */
  readonly silentProxies: () => readonly bigint[];
}

/** The served part of `milvus.proto.rootcoord.RootCoord`; every other call is UNIMPLEMENTED. */
export function rootCoordHandlers(parts: HandlerParts): RootCoordHandlers {
  const { settings, health, catalog, world } = parts;
  const { channelNames } = settings;
  /** Refused while the component does not serve. */
  const serving =
    <Request, Response>(call: (request: Request, context: CallContext) => Response) =>
    (request: Request, context: CallContext): Response => {
      health.requireHealthy();
      return call(request, context);
    };
  /** A DDL call: its base must name its type; the answer is a Status. */
  const ddl = <Request extends { readonly base: common.MsgBase | undefined }>(
    type: common.MsgType,
    run: (world: DdlWorld, request: Request, signal: AbortSignal) => Promise<void>,
  ) =>
    serving(async (request: Request, context): Promise<Partial<common.Status>> => {
      requireMessageType(request.base, type);
      await run(world, request, context.signal);
      return {};
    });
  const { MsgType } = common;
  return {
    getComponentStates: () => getComponentStates(health),
    getTimeTickChannel: () => ({ value: `${channelNames.cluster}-${settings.timeTickChannel}` }),
    getStatisticsChannel: () => ({ value: `${channelNames.cluster}-${settings.statisticsChannel}` }),
    checkHealth: () => checkHealth(health, parts.silentProxies()),
    showConfigurations: serving((request) => showConfigurations(settings, request)),
    allocTimestamp: serving((request) => allocTimestamp(parts.tso, request)),
    allocId: serving((request) => allocID(parts.ids, request)),
    updateChannelTimeTick: serving((request) => updateChannelTimeTick(parts.ledger, request)),
    createCollection: ddl(MsgType.CreateCollection, createCollection),
    dropCollection: ddl(MsgType.DropCollection, dropCollection),
    alterCollection: ddl(MsgType.AlterCollection, alterCollection),
    hasCollection: serving((request) => hasCollection(catalog, request)),
    describeCollection: serving((request) => describeCollection(catalog, request)),
    describeCollectionInternal: serving((request) => describeCollectionInternal(catalog, request)),
    showCollections: serving((request) => showCollections(catalog, request)),
    createPartition: ddl(MsgType.CreatePartition, createPartition),
    dropPartition: ddl(MsgType.DropPartition, dropPartition),
    hasPartition: serving((request) => hasPartition(catalog, request)),
    showPartitions: serving((request) => showPartitions(catalog, request)),
    showPartitionsInternal: serving((request) => showPartitionsInternal(catalog, request)),
    createAlias: ddl(MsgType.CreateAlias, createAlias),
    dropAlias: ddl(MsgType.DropAlias, dropAlias),
    alterAlias: ddl(MsgType.AlterAlias, alterAlias),
    import: serving((request) => importFiles({ ...world, ...settings, imports: parts.imports }, request)),
    getImportState: serving((request) => getImportState(parts.importTasks, request)),
    listImportTasks: serving((request) => listImportTasks(catalog, parts.importTasks, request)),
    reportImport: serving((request) => reportImport(parts.imports, request)),
  };
}
