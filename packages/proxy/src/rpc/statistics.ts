import { segmentStates } from '@millrace/core';
import { common, milvus } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import { CollectionCache } from '../meta/collection-cache.ts';
import { baseOf, type Call } from './call.ts';

export const getCollectionStatistics: Call<'getCollectionStatistics'> = (parts) => async (request) => {
  const { id } = await parts.collections.get(request.collectionName);
  const base = baseOf(parts, common.MsgType.GetCollectionStatistics);
  const { stats } = checked(await parts.dataCoord.getCollectionStatistics({ base, collectionID: id }));
  return { stats };
};

export const getPartitionStatistics: Call<'getPartitionStatistics'> = (parts) => async (request) => {
  const meta = await parts.collections.get(request.collectionName);
  const partitionIDs = [CollectionCache.partitionID(meta, request.partitionName)];
  const base = baseOf(parts, common.MsgType.GetPartitionStatistics);
  const { stats } = checked(
    await parts.dataCoord.getPartitionStatistics({ base, collectionID: meta.id, partitionIDs }),
  );
  return { stats };
};

/** Sealed and flushed segments. Source: spec live-cluster §b (proxy). */
export const getPersistentSegmentInfo: Call<'getPersistentSegmentInfo'> = (parts) => async (request) => {
  const { id } = await parts.collections.get(request.collectionName);
  const states = [segmentStates.flushing, segmentStates.flushed, segmentStates.sealed];
  const { segments } = checked(
    await parts.dataCoord.getSegmentsByStates({ collectionID: id, partitionID: -1n, states }),
  );
  const { infos } = checked(await parts.dataCoord.getSegmentInfo({ segmentIDs: segments }));
  return {
    infos: infos.map(({ ID, collectionID, partitionID, numOfRows, state }) =>
      milvus.PersistentSegmentInfo.fromPartial({
        segmentID: ID,
        collectionID,
        partitionID,
        numRows: numOfRows,
        state,
      }),
    ),
  };
};
