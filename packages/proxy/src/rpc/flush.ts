import { Invalid } from '@millrace/core';
import { common, type milvus } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import { baseOf, type Call } from './call.ts';

/** Seals the growing segments of each collection, and says which will be flushed and which are. Source: spec datacoord §2.2. */
export const flush: Call<'flush'> = (parts) => async (request) => {
  if (request.collectionNames.length === 0) throw new Invalid('no collection to flush: name at least one');
  const answer: Required<Pick<milvus.FlushResponse, 'collSegIDs' | 'flushCollSegIDs' | 'collSealTimes'>> = {
    collSegIDs: {},
    flushCollSegIDs: {},
    collSealTimes: {},
  };
  for (const name of request.collectionNames) {
    const meta = await parts.collections.get(name);
    const sealed = checked(
      await parts.dataCoord.flush({ base: baseOf(parts, common.MsgType.Flush), collectionID: meta.id }),
    );
    answer.collSegIDs[name] = { data: sealed.segmentIDs };
    answer.flushCollSegIDs[name] = { data: sealed.flushSegmentIDs };
    answer.collSealTimes[name] = sealed.timeOfSeal;
  }
  return { dbName: request.dbName, ...answer };
};

export const getFlushState: Call<'getFlushState'> = (parts) => (request) =>
  parts.dataCoord.getFlushState(request);
