import { Invalid } from '@millrace/core';
import type { common, data } from '@millrace/proto';
import type { UnaryHandler } from '@millrace/runtime';
import type { CompactionManager } from '../compaction/compaction-manager.ts';
import type { NodeState } from '../node-state.ts';

/** DataCoord has put the result of a compaction into its metadata: the channel follows. Source: spec datanode-and-formats §1.7. */
export function syncSegments(
  state: NodeState,
  compactions: CompactionManager,
): UnaryHandler<data.SyncSegmentsRequest, common.Status> {
  return async (request, { signal }) => {
    state.requireHealthy();
    if (request.compactedFrom.length === 0)
      throw new Invalid("invalid request, compacted from segments shouldn't be empty", {
        milvusCode: 'UnexpectedError',
      });
    await compactions.synced(request, signal);
    return {};
  };
}
