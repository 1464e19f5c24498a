import { common } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import type { Call } from './call.ts';

/** Whether every channel of every collection has its checkpoint at or behind the time. Source: spec datacoord §2.22. */
export const getFlushAllState: Call<'getFlushAllState'> =
  ({ meta, rootCoord }) =>
  async ({ flushAllTs }) => {
    const base = (msgType: common.MsgType) => common.MsgBase.fromPartial({ msgType });
    const { collectionIds } = checked(
      await rootCoord.showCollections({ base: base(common.MsgType.ShowCollections) }),
    );
    for (const collectionID of collectionIds) {
      const { virtualChannelNames } = checked(
        await rootCoord.describeCollectionInternal({
          base: base(common.MsgType.DescribeCollection),
          collectionID,
        }),
      );
      for (const channel of virtualChannelNames) {
        const checkpoint = meta.checkpoint(channel);
        if (checkpoint === undefined || checkpoint.timestamp < flushAllTs) return { flushed: false };
      }
    }
    return { flushed: true };
  };
