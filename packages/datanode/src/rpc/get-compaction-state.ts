import type { data } from '@millrace/proto';
import type { UnaryHandler } from '@millrace/runtime';
import type { NodeState } from '../node-state.ts';

/** Plans that run or have run here: none, this node takes no plans. Source: spec datanode-and-formats §1.5. */
export function getCompactionState(
  state: NodeState,
): UnaryHandler<data.CompactionStateRequest, data.CompactionStateResponse> {
  return () => {
    state.requireHealthy();
    return { results: [] };
  };
}
