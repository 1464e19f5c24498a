import {
  type Clock,
  type Logger,
  type Random,
  runTogether,
  type Timestamp,
  type UniqueID,
} from '@millrace/core';
import { type Compare, type KvKeys, listSessions, type MetaKeys, type MetaStore } from '@millrace/metastore';
import type { proxy } from '@millrace/proto';
import type { RpcClient } from '@millrace/runtime';
import type { MessageStream } from '@millrace/stream';
import { Catalog } from './catalog/catalog.ts';
import { usageOf } from './ddl/channels.ts';
import { DdlQueue } from './ddl/ddl-queue.ts';
import type { DdlDataCoord, DdlWorld } from './ddl/ddl-world.ts';
import { Reconciler } from './ddl/reconciler.ts';
import { Health } from './health.ts';
import { type ImportDataCoord, ImportManager } from './import/import-manager.ts';
import { ImportTasks } from './import/import-tasks.ts';
import { ProxyCaches } from './proxies/proxy-caches.ts';
import { type RootCoordHandlers, rootCoordHandlers } from './rpc/handlers.ts';
import type { RootCoordSettings } from './settings.ts';
import { TickLedger } from './tick/tick-ledger.ts';
import { TickLoop } from './tick/tick-loop.ts';
import { IdAllocator } from './tso/id-allocator.ts';
import { SavedHorizon } from './tso/saved-horizon.ts';
import { TimestampOracle } from './tso/timestamp-oracle.ts';

/** What a RootCoord stands on. `serverID` is that of its session; `dataCoord` may be reached later than it is first called. */
export interface RootCoordComponents {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metaStore: MetaStore;
  readonly metaKeys: MetaKeys;
  readonly kvKeys: KvKeys;
  readonly stream: MessageStream;
  readonly serverID: UniqueID;
  /** Compared by every catalog write: the session key's revision. */
  readonly fence: () => readonly Compare[];
  readonly dataCoord: DdlDataCoord & ImportDataCoord;
  readonly connectProxy: (address: string) => RpcClient<typeof proxy.ProxyService>;
}

/** A RootCoord without its server: its handlers are served by whoever made it. */
export interface RootCoord {
  readonly health: Health;
  readonly handlers: RootCoordHandlers;
  /** One timestamp; for the bridge to DataCoord. Only after `run` began to serve. */
  readonly allocTimestamp: () => Promise<Timestamp>;
  /** Recovers, serves until the signal aborts, then stops. Rejects on a fault that another process must recover from. */
  run(signal: AbortSignal, onServing?: () => void): Promise<void>;
}

/** Most that the caches of one proxy are waited for. */
const proxyDeadlineMs = 3_000;

/** The RootCoord, ready to be served. It answers NotReadyServe until `run` has recovered. */
export function createRootCoord(settings: RootCoordSettings, components: RootCoordComponents): RootCoord {
  const { clock, log, metaStore, metaKeys, kvKeys, random, serverID, stream } = components;
  const horizon = (key: string) => new SavedHorizon(metaStore, key, random);
  const tso = new TimestampOracle(clock, log, horizon(kvKeys.key.tsoTimestamp()), settings.reserveAheadMs);
  const ids = new IdAllocator(clock, horizon(kvKeys.key.idTimestamp()), settings.reserveAheadMs);
  const catalog = new Catalog({ store: metaStore, keys: metaKeys, fence: components.fence });
  const ledger = new TickLedger(() => ticks.wake());
  const health = new Health(serverID);
  const stopping = new AbortController();
  const proxySessions = () => listSessions(metaStore, metaKeys.root, 'proxy');
  let proxies: ReadonlySet<UniqueID> = new Set();

  const caches = new ProxyCaches(
    {
      log,
      listAddresses: async () => (await proxySessions()).map(({ address }) => address),
      connect: components.connectProxy,
      serverID,
    },
    proxyDeadlineMs,
  );
  const world: DdlWorld = {
    settings,
    clock,
    log,
    catalog,
    stream,
    dataCoord: components.dataCoord,
    allocTimestamp: () => tso.alloc(),
    allocIDs: (count) => ids.alloc(count),
    ledger,
    proxies: caches,
    queue: new DdlQueue(settings.ddlQueueMax, () => catalog.settle()),
    serverID,
    stopping: stopping.signal,
    wakeReconciler: () => reconciler.wake(),
  };
  const reconciler = new Reconciler(world);
  const importTasks = new ImportTasks({ store: metaStore, keys: kvKeys, fence: components.fence });
  const imports = new ImportManager({
    clock,
    log,
    tasks: importTasks,
    dataCoord: components.dataCoord,
    listNodes: async () =>
      new Set((await listSessions(metaStore, metaKeys.root, 'datanode')).map((session) => session.serverID)),
    limits: { expirationMs: settings.importExpirationMs, retentionMs: settings.importRetentionMs },
    pendingMax: settings.importPendingMax,
    intervalMs: settings.importIntervalMs,
    retryMs: settings.importRetryMs,
  });
  const ticks: TickLoop = new TickLoop(
    {
      clock,
      log,
      stream,
      ledger,
      allocTimestamp: () => tso.alloc(),
      listProxies: async () => {
        proxies = new Set((await proxySessions()).map((session) => session.serverID));
        return proxies;
      },
      channels: () => usageOf(catalog.all()).keys(),
      serverID,
    },
    settings.timeTickIntervalMs,
  );

  return {
    health,
    handlers: rootCoordHandlers({
      settings,
      health,
      tso,
      ids,
      catalog,
      ledger,
      world,
      importTasks,
      imports,
      silentProxies: () => ledger.silent(proxies),
    }),
    allocTimestamp: () => tso.alloc(),
    async run(signal, onServing) {
      const stop = () => stopping.abort();
      signal.addEventListener('abort', stop, { once: true });
      try {
        await Promise.all([tso.open(), ids.open(), catalog.load(), imports.recover()]);
        health.state = 'healthy';
        log.info({ serverID, collections: catalog.all().length }, 'rootcoord serves');
        onServing?.();
        await runTogether([tso, ticks, reconciler, imports], signal);
        health.state = 'stopping';
      } catch (error) {
        health.state = 'abnormal';
        throw error;
      } finally {
        stopping.abort();
        signal.removeEventListener('abort', stop);
        caches.close();
      }
    },
  };
}
