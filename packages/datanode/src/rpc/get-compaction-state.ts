import type { data } from '@millrace/proto';
import type { UnaryHandler } from '@millrace/runtime';
import type { CompactionManager } from '../compaction/compaction-manager.ts';
import type { NodeState } from '../node-state.ts';

/** Plans that run, and the results that DataCoord has not taken. A plan that is not listed has failed. Source: spec datanode-and-formats §1.5. */
export function getCompactionState(
  state: NodeState,
  compactions: CompactionManager,
): UnaryHandler<data.CompactionStateRequest, data.CompactionStateResponse> {
  return () => {
    state.requireHealthy();
    return { results: compactions.states() };
  };
}
