import { type Clock, Fenced, type Logger, type Random, runTogether } from '@millrace/core';
import { allocateServerID, type MetaStore, registerSession } from '@millrace/metastore';
import { type data, milvus, proxy, type rootcoord } from '@millrace/proto';
import { type ClientOf, RpcServer } from '@millrace/runtime';
import type { MessageStream } from '@millrace/stream';
import { createProxy } from './proxy.ts';
import type { ProxySettings } from './settings.ts';
import { OtherProxies } from './ticks/other-proxies.ts';

/** What a proxy process stands on. Whoever opened them closes them, after `runProxy` has ended. */
export interface ProxyServerComponents {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly store: MetaStore;
  readonly stream: MessageStream;
  readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
  readonly dataCoord: ClientOf<typeof data.DataCoordService>;
}

/** Called once the proxy serves and its session is known. */
export type OnReady = (server: { readonly port: number; readonly serverID: bigint }) => void;

/** Between two questions whether the coordinators serve, while starting. Source: spec datacoord §1.8. */
const readinessPollMs = 50;

/** Runs a proxy until the signal aborts. Rejects with Fenced when its session is lost. */
export async function runProxy(
  settings: ProxySettings,
  components: ProxyServerComponents,
  signal: AbortSignal,
  onReady: OnReady = () => {},
): Promise<void> {
  const { clock, random, log, store } = components;
  const serverID = await allocateServerID(store, settings.metaRoot);
  const front = createProxy(settings, { ...components, serverID });
  const server = new RpcServer({ log, ...(settings.host === undefined ? {} : { host: settings.host }) });
  server.add(milvus.MilvusServiceService, front.milvus);
  server.add(proxy.ProxyService, front.internal);
  await untilHealthy(components, signal);
  if (signal.aborted) return;
  const port = await server.listen(settings.port);
  try {
    const session = await registerSession(
      { store, clock, random },
      settings.metaRoot,
      {
        role: 'proxy',
        address: `${settings.advertisedHost}:${port}`,
        serverID,
        ttlMs: settings.sessionTtlMs,
      },
      signal,
    );
    log.info({ nodeID: serverID, port }, 'proxy serves');
    onReady({ port, serverID });
    const { metaRoot } = settings;
    const tell = (isAlone: boolean) => front.ticks.noteAlone(isAlone);
    const others = new OtherProxies({ store, metaRoot, serverID, clock, log, tell });
    await runTogether([front.ticks, others], AbortSignal.any([signal, session.lost]));
    if (session.lost.aborted && !signal.aborted)
      throw new Fenced('the session of this proxy is lost: start it again');
    // Calls under way finish while the session, which holds ticks back for them, is still there.
    await server.stop();
    await session.close();
  } finally {
    await server.stop();
  }
}

async function untilHealthy(
  { rootCoord, dataCoord, clock }: ProxyServerComponents,
  signal: AbortSignal,
): Promise<void> {
  for (const { getComponentStates } of [rootCoord, dataCoord]) {
    while (!signal.aborted) {
      const answer = await getComponentStates({}, { signal, deadlineMs: 2_000 }).catch(() => undefined);
      if (answer?.state?.stateCode === 1) break;
      await clock.sleep(readinessPollMs, signal);
    }
  }
}
