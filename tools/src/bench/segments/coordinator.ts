import { type Logger, silentLogger } from '@millrace/core';
import { defaultDataCoordSettings, runDataCoord } from '@millrace/datacoord';
import type { MetaStore } from '@millrace/metastore';
import { common, milvus, type rootcoord } from '@millrace/proto';
import { type ClientOf, realClock, realRandom } from '@millrace/runtime';
import { MemoryStream } from '@millrace/stream';
import { discarding } from '../datanode/discarding-store.ts';
import { large, metaRoot, small } from './collection.ts';

export interface RunningCoordinator {
  readonly port: number;
  stop(): Promise<void>;
}

/** A DataCoord on a store that is filled already; resolves when it is ready. */
export async function startCoordinator(
  store: MetaStore,
  log: Logger = silentLogger,
): Promise<RunningCoordinator> {
  const stream = new MemoryStream();
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const port = await new Promise<number>((resolve, reject) => {
    running = runDataCoord(
      {
        ...defaultDataCoordSettings,
        metaRoot,
        host: '127.0.0.1',
        port: 0,
        // What a hundred thousand segments take is to be measured, although no peer of Milvus' would receive it.
        answerBytesMax: 512 * 1024 * 1024,
      },
      {
        clock: realClock,
        random: realRandom,
        log,
        store,
        stream,
        objects: discarding,
        rootCoord: rootCoord(),
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
    },
  };
}

function rootCoord(): ClientOf<typeof rootcoord.RootCoordService> {
  const calls: Partial<ClientOf<typeof rootcoord.RootCoordService>> = {
    describeCollectionInternal: async ({ collectionID }) =>
      milvus.DescribeCollectionResponse.fromPartial({
        status: { errorCode: common.ErrorCode.Success },
        virtualChannelNames: [...([large, small].find(({ id }) => id === collectionID)?.channels ?? [])],
      }),
  };
  // Nothing else is asked of it here.
  return calls as ClientOf<typeof rootcoord.RootCoordService>;
}
