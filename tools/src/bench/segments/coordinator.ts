import type { Logger } from '@millrace/core';
import type { MetaStore } from '@millrace/metastore';
import { common, milvus } from '@millrace/proto';
import { MemoryStream } from '@millrace/stream';
import { type RunningCoordinator, startCoordinator } from '../coordinator.ts';
import { collections, metaRoot } from './collection.ts';

/** A DataCoord on a store that is filled already; resolves when it is ready. */
export function startOnSegments(store: MetaStore, log?: Logger): Promise<RunningCoordinator> {
  return startCoordinator({
    store,
    stream: new MemoryStream(),
    // What a hundred thousand segments take is to be measured, although no peer of Milvus' would receive it.
    settings: { metaRoot, answerBytesMax: 512 * 1024 * 1024 },
    ...(log === undefined ? {} : { log }),
    rootCoord: {
      describeCollectionInternal: async ({ collectionID }) =>
        milvus.DescribeCollectionResponse.fromPartial({
          status: { errorCode: common.ErrorCode.Success },
          virtualChannelNames: [...(collections.find(({ id }) => id === collectionID)?.channels ?? [])],
        }),
    },
  });
}
