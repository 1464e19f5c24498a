import { composeTimestamp } from '@millrace/core';
import { common, milvus, rootcoord } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { FileStream } from '@millrace/stream';
import { startCoordinator } from '../coordinator.ts';
import { openBenchStore } from '../open-store.ts';
import { serveProbe } from '../probe-child.ts';
import { channels, collectionID, collectionSchema } from './collection.ts';

/** A DataCoord that knows one collection. Arguments: kind and place of its store, directory of its log. Its RootCoord only counts. */
await serveProbe(async ([kind = '', place = '', directory = '']) => {
  let next = 1_000n;
  const coordinator = await startCoordinator({
    store: openBenchStore(kind, place),
    stream: new FileStream({ clock: realClock }, { directory }),
    rootCoord: {
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
    },
  });
  return { greeting: String(coordinator.port), stop: () => coordinator.stop() };
});
