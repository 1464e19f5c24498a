import { aborted, type Clock, Fenced, isKind, type Logger, type Random } from '@millrace/core';
import { allocateServerID, type MetaStore, registerSession } from '@millrace/metastore';
import { data } from '@millrace/proto';
import { type Metrics, RpcServer } from '@millrace/runtime';
import type { ObjectStore } from '@millrace/storage';
import type { MessageStream } from '@millrace/stream';
import { createDataNode, type DataNode } from './datanode.ts';
import type { BinlogEncoder } from './encoder/binlog-encoder.ts';
import { serveOldApi } from './legacy/old-api.ts';
import type { DataCoordCalls, RootCoordCalls } from './node-world.ts';
import type { PackSource } from './pipeline/pack-source.ts';
import type { DataNodeSettings } from './settings.ts';

/** What a DataNode process stands on. Whoever opened them closes them, after `runDataNode` has ended. */
export interface DataNodeServerComponents {
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
  /** Where it tells what it does; default: nowhere. */
  readonly metrics?: Metrics;
}

/** Called once the node serves and its session is known. */
export type OnReady = (server: { readonly port: number; readonly serverID: bigint }) => void;

/**
 * Runs a DataNode until the signal aborts: listens, registers, serves what is assigned; then writes what it buffers, gives the session back
 * and resolves. Rejects with Fenced when the session is lost: its channels belong to others then, and nothing more is written.
 * Source: spec datanode-and-formats §1.
 */
export async function runDataNode(
  settings: DataNodeSettings,
  components: DataNodeServerComponents,
  signal: AbortSignal,
  onReady: OnReady = () => {},
): Promise<void> {
  const { clock, random, log, metaStore } = components;
  const nodeID = await allocateServerID(metaStore, settings.metaRoot);
  const node = createDataNode(settings, { ...components, nodeID });
  const server = new RpcServer({ log, host: settings.host });
  server.add(data.DataNodeService, node.handlers);
  const oldApi = serveOldApi(server, { ...components, settings, nodeID, node });
  const port = await listen(server, settings.port, log);
  const address = `${settings.advertisedHost}:${port}`;
  try {
    const world = { store: metaStore, clock, random };
    const registration = {
      role: 'datanode',
      serverID: nodeID,
      address,
      ttlMs: settings.sessionTtlMs,
    } as const;
    const session = await registerSession(world, settings.metaRoot, registration, signal);
    log.info({ nodeID, address }, 'datanode registered');
    try {
      await serve(node, settings, clock, signal, session.lost, () => onReady({ port, serverID: nodeID }));
    } finally {
      await oldApi.stop();
      await session.close();
    }
  } finally {
    await server.stop();
  }
}

/** A free port when the configured one is taken, as the original. */
async function listen(server: RpcServer, port: number, log: Logger): Promise<number> {
  try {
    return await server.listen(port);
  } catch (error) {
    if (port === 0 || !isKind(error, 'invalid')) throw error;
    const free = await server.listen(0);
    log.warn({ port, free }, 'port in use, listening on a free one');
    return free;
  }
}

async function serve(
  node: DataNode,
  settings: DataNodeSettings,
  clock: Clock,
  signal: AbortSignal,
  lost: AbortSignal,
  onReady: () => void,
): Promise<void> {
  const stop = new AbortController();
  const running = node.run(AbortSignal.any([stop.signal, lost]));
  const fault = running.then(
    () => undefined,
    () => undefined,
  );
  onReady();
  await Promise.race([aborted(AbortSignal.any([signal, lost])), fault]);
  if (!lost.aborted && signal.aborted) {
    const drained = new AbortController();
    const late = clock.sleep(settings.releaseDeadlineMs, AbortSignal.any([drained.signal, lost]));
    await Promise.race([node.drain(), late]);
    drained.abort();
  }
  stop.abort();
  await running;
  if (lost.aborted && !signal.aborted)
    throw new Fenced('the session of this DataNode is lost: others own its channels. Start it again');
}
