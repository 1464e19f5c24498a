import { type CompactionTask, isRunning } from '@millrace/metastore';
import { common } from '@millrace/proto';
import type { Coordinator } from '../coordinator.ts';
import type { Call } from './call.ts';
import { requireCompaction } from './require-compaction.ts';

/** How the plans of one request stand; with 0 all plans. Unknown requests are completed. Source: spec datacoord §2.19. */
export const getCompactionState: Call<'getCompactionState'> =
  (coordinator) =>
  ({ compactionID }) => {
    requireCompaction(coordinator);
    const tasks = tasksOf(coordinator, compactionID);
    const count = (...states: CompactionTask['state'][]) =>
      BigInt(tasks.filter(({ state }) => states.includes(state)).length);
    return {
      state: stateOf(tasks),
      executingPlanNo: count('pipelining', 'executing'),
      completedPlanNo: count('completed'),
      failedPlanNo: count('failed'),
      timeoutPlanNo: count('timeout'),
    };
  };

export function tasksOf({ compactions }: Coordinator, compactionID: bigint): CompactionTask[] {
  return compactions.all().filter(({ signalID }) => compactionID === 0n || signalID === compactionID);
}

export function stateOf(tasks: readonly CompactionTask[]): common.CompactionState {
  return tasks.some(isRunning) ? common.CompactionState.Executing : common.CompactionState.Completed;
}
