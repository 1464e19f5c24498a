import { Invalid, isKind } from '@millrace/core';
import { common, data, legacy, milvus } from '@millrace/proto';
import { stateCodes } from '@millrace/runtime';
import type { DataNodeCalls } from '../channels/data-nodes.ts';
import type { Coordinator } from '../coordinator.ts';
import type { OldNode } from './old-nodes.ts';

const { StateCode } = legacy;
const todaysCode = {
  [StateCode.INITIALIZING]: stateCodes.Initializing,
  [StateCode.HEALTHY]: stateCodes.Healthy,
  [StateCode.ABNORMAL]: stateCodes.Abnormal,
} as const satisfies Record<legacy.StateCode, number>;

/** A node of the older API as the coordinator sees every DataNode: what has no counterpart there is refused by name. */
export function todaysCalls({ nodeID, client }: OldNode, coordinator: Coordinator): DataNodeCalls {
  const refused = Object.keys(data.DataNodeService).map((name) => [
    name,
    async () => {
      throw new Invalid(`node ${nodeID} is one of the older API, which has no ${name}: use another`);
    },
  ]);
  const known: Partial<DataNodeCalls> = {
    getComponentStates: async (_, options) => {
      const { status, state } = await client.call.getComponentStates({}, options);
      const stateCode = todaysCode[state?.stateCode ?? StateCode.INITIALIZING];
      return milvus.ComponentStates.fromPartial({ status, state: { nodeID, role: 'datanode', stateCode } });
    },
    flushSegments: async ({ base, collectionID = 0n, segmentIDs = [] }, options) => {
      const request = { base: common.MsgBase.fromPartial(base ?? {}), dbID: 0n, collectionID };
      try {
        return await client.call.flushSegments({ ...request, segmentIDs }, options);
      } catch (error) {
        // As designed it has only the flush of a whole collection.
        if (!isKind(error, 'invalid')) throw error;
        return client.call.flush(request, options);
      }
    },
    // It cannot be asked what it has, and no segment of its counts as empty because it did not say.
    resendSegmentStats: async () =>
      data.ResendSegmentStatsResponse.fromPartial({
        status: {},
        segResent: [...coordinator.channels.assignments()]
          .filter(({ node }) => node === nodeID)
          .flatMap(({ channel }) => coordinator.meta.segments.ofChannel(channel).map(({ id }) => id)),
      }),
  };
  // Every method of the service is in the first part, which a type cannot follow.
  return { ...Object.fromEntries(refused), ...known } as DataNodeCalls;
}
