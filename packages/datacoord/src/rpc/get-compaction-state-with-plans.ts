import { sourcesOf } from '@millrace/metastore';
import type { Call } from './call.ts';
import { stateOf, tasksOf } from './get-compaction-state.ts';
import { requireCompaction } from './require-compaction.ts';

/** The plans of one request: what is merged into what; -1 while there is no result. Source: spec datacoord §2.19. */
export const getCompactionStateWithPlans: Call<'getCompactionStateWithPlans'> =
  (coordinator) =>
  ({ compactionID }) => {
    requireCompaction(coordinator);
    const tasks = tasksOf(coordinator, compactionID);
    return {
      state: stateOf(tasks),
      mergeInfos: tasks.map((task) => ({ sources: sourcesOf(task), target: task.target ?? -1n })),
    };
  };
