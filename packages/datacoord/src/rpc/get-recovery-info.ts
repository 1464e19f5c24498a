import { segmentInfo } from '../meta/segment.ts';
import type { Call } from './call.ts';
import { recoveryInfo } from './recovery-info.ts';

/** One partition, or with 0 all of them. Source: spec datacoord §10.2. */
export const getRecoveryInfo: Call<'getRecoveryInfo'> = (coordinator) => async (request) => {
  const partitions = request.partitionID > 0n ? [request.partitionID] : [];
  const { channels, segments } = await recoveryInfo(coordinator, request.collectionID, partitions);
  return {
    channels,
    binlogs: segments.map((segment) => {
      const info = segmentInfo(segment, coordinator.settings.objectRoot);
      return {
        segmentID: info.ID,
        fieldBinlogs: info.binlogs,
        numOfRows: info.numOfRows,
        statslogs: info.statslogs,
        deltalogs: info.deltalogs,
        insertChannel: info.insertChannel,
      };
    }),
  };
};
