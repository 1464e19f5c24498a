import { common } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import type { LegacyCall } from './call.ts';

/** The virtual channels of a collection: segments are assigned for one, and its rows are published to the physical channel it names. */
export const getInsertChannels: LegacyCall<'getInsertChannels'> =
  ({ rootCoord }) =>
  async ({ collectionID }, { signal }) => {
    const base = common.MsgBase.fromPartial({ msgType: common.MsgType.DescribeCollection });
    const described = checked(await rootCoord.describeCollectionInternal({ base, collectionID }, { signal }));
    return { values: described.virtualChannelNames };
  };
