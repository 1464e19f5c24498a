import type { common, data } from '@millrace/proto';
import type { UnaryHandler } from '@millrace/runtime';
import type { CompactionManager } from '../compaction/compaction-manager.ts';
import type { NodeState } from '../node-state.ts';

/** Takes a plan and answers at once; its result is asked for with GetCompactionState. Source: spec datanode-and-formats §1.5. */
export function compaction(
  state: NodeState,
  compactions: CompactionManager,
): UnaryHandler<data.CompactionPlan, common.Status> {
  return (plan) => {
    state.requireHealthy();
    compactions.accept(plan);
    return {};
  };
}
