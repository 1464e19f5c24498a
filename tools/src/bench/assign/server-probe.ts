import { join } from 'node:path';
import { composeTimestamp, silentLogger } from '@millrace/core';
import { defaultDataCoordSettings, runDataCoord } from '@millrace/datacoord';
import { LmdbMetaStore } from '@millrace/metastore';
import { common, milvus, rootcoord } from '@millrace/proto';
import { type ClientOf, realClock, realRandom } from '@millrace/runtime';
import { FileStream } from '@millrace/stream';
import { discarding } from '../datanode/discarding-store.ts';
import { serveProbe } from '../probe-child.ts';
import { channels, collectionID, collectionSchema } from './collection.ts';

/** A DataCoord on lmdb. Its RootCoord is in the same process and only counts: what it costs is another server's. */
await serveProbe(async ([directory = '']) => {
  const log = silentLogger;
  const store = new LmdbMetaStore({ clock: realClock, log }, { directory: join(directory, 'meta') });
  const stream = new FileStream({ clock: realClock }, { directory: join(directory, 'log') });
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const port = await new Promise<number>((resolve, reject) => {
    running = runDataCoord(
      { ...defaultDataCoordSettings, host: '127.0.0.1', port: 0 },
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
    greeting: String(port),
    async stop() {
      stopping.abort();
      await running;
      await stream.close();
      await store.close();
    },
  };
});

function rootCoord(): ClientOf<typeof rootcoord.RootCoordService> {
  let next = 1_000n;
  const calls: Partial<ClientOf<typeof rootcoord.RootCoordService>> = {
    allocId: async ({ count = 1 }) => {
      const ID = next;
      next += BigInt(count);
      return rootcoord.AllocIDResponse.fromPartial({ status: {}, ID, count });
    },
    allocTimestamp: async () =>
      rootcoord.AllocTimestampResponse.fromPartial({
        status: {},
        timestamp: composeTimestamp(realClock.now()),
        count: 1,
      }),
    describeCollectionInternal: async () =>
      milvus.DescribeCollectionResponse.fromPartial({
        status: { errorCode: common.ErrorCode.Success },
        collectionID,
        schema: collectionSchema,
        virtualChannelNames: channels,
      }),
  };
  // It has what the coordinator asks for when it assigns.
  return calls as ClientOf<typeof rootcoord.RootCoordService>;
}
