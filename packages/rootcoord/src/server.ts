import {
  aborted,
  type Clock,
  Fenced,
  Internal,
  type Logger,
  type Random,
  runTogether,
  type Service,
} from '@millrace/core';
import {
  allocateServerID,
  type Compare,
  defaultKvRoot,
  defaultMetaRoot,
  kvKeys,
  type MetaStore,
  metaKeys,
  registerSession,
  type Session,
} from '@millrace/metastore';
import { proxy, rootcoord } from '@millrace/proto';
import { DataCoordBridge, dataCoordOf } from '@millrace/rootcoord-bridge';
import { connect, RpcServer } from '@millrace/runtime';
import type { MessageStream } from '@millrace/stream';
import { createRootCoord, type RootCoord } from './rootcoord.ts';
import { defaultRootCoordSettings, type RootCoordSettings } from './settings.ts';

/** Where a RootCoord process listens and keeps its metadata. What is missing is as in a Milvus that is not configured otherwise. */
export interface RootCoordServerSettings {
  readonly rootCoord?: RootCoordSettings;
  /** Host to listen on. Default: every interface. */
  readonly host?: string;
  /** 0: any free one. */
  readonly port: number;
  /** Host the others dial. */
  readonly advertisedHost: string;
  readonly metaRoot?: string;
  readonly kvRoot?: string;
  /** `common.session.ttl`, ms. Default 20 s. */
  readonly sessionTtlMs?: number;
  /** Called once it serves. */
  readonly onServing?: (server: { readonly port: number; readonly serverID: bigint }) => void;
}

/** What a RootCoord process stands on. Whoever opened them closes them, after `runRootCoord` has ended. */
export interface RootCoordServerComponents {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metaStore: MetaStore;
  readonly stream: MessageStream;
}

/** Default port of a RootCoord. Source: spec live-cluster, section g. */
export const defaultRootCoordPort = 53_100;

/**
 * A RootCoord process: listens, registers, recovers, serves, until the signal aborts. Resolves after a clean stop, its session revoked;
 * rejects with Fenced when the session is lost, with Conflict when another RootCoord holds it.
 */
export async function runRootCoord(
  settings: RootCoordServerSettings,
  components: RootCoordServerComponents,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, log, metaStore, stream } = components;
  const { metaRoot = defaultMetaRoot, kvRoot = defaultKvRoot } = settings;
  const serverID = await allocateServerID(metaStore, metaRoot);
  // Both are there before the first call that uses them: nothing is served before the session exists.
  const later: { rootCoord?: RootCoord; session?: Session } = {};
  const bridge = new DataCoordBridge({
    clock,
    random,
    log,
    serverID,
    allocTimestamp: () => present(later.rootCoord).allocTimestamp(),
  });
  const rootCoord = createRootCoord(settings.rootCoord ?? defaultRootCoordSettings, {
    clock,
    random,
    log,
    metaStore,
    metaKeys: metaKeys(metaRoot),
    kvKeys: kvKeys(kvRoot),
    stream,
    serverID,
    fence: () => [fenceOf(present(later.session))],
    dataCoord: bridge,
    connectProxy: (address) => connect(proxy.ProxyService, address),
  });
  later.rootCoord = rootCoord;
  const server = new RpcServer({ log, ...(settings.host === undefined ? {} : { host: settings.host }) });
  server.add(rootcoord.RootCoordService, rootCoord.handlers);
  const port = await server.listen(settings.port);
  try {
    const address = `${settings.advertisedHost}:${port}`;
    const session = await register(settings, components, { serverID, address }, signal);
    later.session = session;
    try {
      const run: Service = {
        name: 'rootcoord',
        run: (stop) => rootCoord.run(stop, () => settings.onServing?.({ port, serverID })),
      };
      await runTogether(
        [run, connectionTo(bridge, metaStore, metaRoot)],
        AbortSignal.any([signal, session.lost]),
      );
      if (session.lost.aborted && !signal.aborted)
        throw new Fenced('the session of this RootCoord is lost: start it again');
    } finally {
      await session.close();
    }
  } finally {
    await server.stop();
  }
}

function register(
  settings: RootCoordServerSettings,
  components: RootCoordServerComponents,
  own: { readonly serverID: bigint; readonly address: string },
  signal: AbortSignal,
): Promise<Session> {
  const { metaStore: store, clock, random } = components;
  const { metaRoot = defaultMetaRoot, sessionTtlMs } = settings;
  const ttl = sessionTtlMs === undefined ? {} : { ttlMs: sessionTtlMs };
  return registerSession({ store, clock, random }, metaRoot, { role: 'rootcoord', ...own, ...ttl }, signal);
}

/** Reaches DataCoord wherever its session says it is, now and after it moved. */
function connectionTo(bridge: DataCoordBridge, metaStore: MetaStore, metaRoot: string): Service {
  return {
    name: 'datacoord-connection',
    async run(signal) {
      const client = dataCoordOf(metaStore, metaRoot);
      try {
        await bridge.setDataCoord(client.call, signal);
        await aborted(signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        client.close();
      }
    },
  };
}

function fenceOf({ key, revision }: Session): Compare {
  return { key, createRevision: revision };
}

function present<T>(part: T | undefined): T {
  if (part === undefined) throw new Internal('RootCoord was used before it was registered');
  return part;
}
