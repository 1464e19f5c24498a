import { common } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import { baseOf, type Call } from './call.ts';

/**
 * Seals the growing segments of all collections. Everything written before the call is flushed once GetFlushAllState says so of the timestamp that
 * comes back. A collection that is dropped meanwhile has nothing to flush. Source: Milvus 2.2.8.
 */
export const flushAll: Call<'flushAll'> = (parts) => async () => {
  const { rootCoord, dataCoord } = parts;
  const stamped = checked(
    await rootCoord.allocTimestamp({ base: baseOf(parts, common.MsgType.RequestTSO), count: 1 }),
  );
  const { collectionIds } = checked(
    await rootCoord.showCollections({ base: baseOf(parts, common.MsgType.ShowCollections) }),
  );
  for (const collectionID of collectionIds)
    checked(await dataCoord.flush({ base: baseOf(parts, common.MsgType.Flush), collectionID }));
  return { flushAllTs: stamped.timestamp };
};

export const getFlushAllState: Call<'getFlushAllState'> = (parts) => (request) =>
  parts.dataCoord.getFlushAllState(request);
