import { common, type data } from '@millrace/proto';
import type { UnaryHandler } from '@millrace/runtime';
import type { NodeState } from '../node-state.ts';

/** Channels are assigned through the metastore: this older way says so and does nothing. Source: spec datanode-and-formats §1.5. */
export function watchDmChannels(state: NodeState): UnaryHandler<data.WatchDmChannelsRequest, common.Status> {
  return () => {
    state.requireHealthy();
    return { errorCode: common.ErrorCode.Success, reason: 'watchDmChannels do nothing' };
  };
}
