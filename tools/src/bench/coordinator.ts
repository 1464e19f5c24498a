import { type Logger, silentLogger } from '@millrace/core';
import { type DataCoordSettings, defaultDataCoordSettings, runDataCoord } from '@millrace/datacoord';
import type { MetaStore } from '@millrace/metastore';
import type { rootcoord } from '@millrace/proto';
import { type ClientOf, realClock, realRandom } from '@millrace/runtime';
import type { MessageStream } from '@millrace/stream';
import { discarding } from './datanode/discarding-store.ts';

export interface RunningCoordinator {
  readonly port: number;
  stop(): Promise<void>;
}

export interface CoordinatorParts {
  readonly store: MetaStore;
  readonly stream: MessageStream;
  /** What the coordinator asks of RootCoord; in the same process, so that it costs next to nothing. */
  readonly rootCoord: Partial<ClientOf<typeof rootcoord.RootCoordService>>;
  readonly settings?: Partial<DataCoordSettings>;
  readonly log?: Logger;
}

/** A DataCoord in this process; resolves when it is ready. */
export async function startCoordinator({
  store,
  stream,
  rootCoord,
  settings = {},
  log = silentLogger,
}: CoordinatorParts): Promise<RunningCoordinator> {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const port = await new Promise<number>((resolve, reject) => {
    running = runDataCoord(
      { ...defaultDataCoordSettings, host: '127.0.0.1', port: 0, ...settings },
      {
        clock: realClock,
        random: realRandom,
        log,
        store,
        stream,
        objects: discarding,
        // It has what the coordinator asks for here.
        rootCoord: rootCoord as ClientOf<typeof rootcoord.RootCoordService>,
      },
      stopping.signal,
      (server) => resolve(server.port),
    );
    running.catch(reject);
  });
  return {
    port,
    async stop() {
      stopping.abort();
      await running;
      await stream.close();
      await store.close();
    },
  };
}
