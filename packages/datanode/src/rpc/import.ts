import { Invalid } from '@millrace/core';
import type { common, data } from '@millrace/proto';
import type { UnaryHandler } from '@millrace/runtime';
import type { ImportManager } from '../import/import-manager.ts';
import type { NodeState } from '../node-state.ts';

/** Imports files; answers when that is over, as its caller expects. Source: spec datanode-and-formats §1.5, §10. */
export function importFiles(
  state: NodeState,
  imports: ImportManager,
): UnaryHandler<data.ImportTaskRequest, common.Status> {
  return async ({ importTask }) => {
    state.requireHealthy();
    if (importTask === undefined)
      throw new Invalid('the import comes without its task: send import_task', {
        milvusCode: 'UnexpectedError',
      });
    await imports.import(importTask);
    return {};
  };
}
