import { milvus } from '@millrace/proto';
import type { Catalog } from '../catalog/catalog.ts';
import type { ImportTasks } from '../import/import-tasks.ts';
import { importState } from './get-import-state.ts';

/** The newest tasks, of one collection where that is named. Source: spec live-cluster, section h. */
export function listImportTasks(
  catalog: Catalog,
  tasks: ImportTasks,
  { collectionName, limit }: milvus.ListImportTasksRequest,
): Partial<milvus.ListImportTasksResponse> {
  const collectionID = collectionName === '' ? undefined : catalog.visible({ collectionName }).id;
  const wanted = tasks
    .all()
    .filter((task) => collectionID === undefined || task.collectionID === collectionID)
    .reverse();
  const newest = limit > 0n ? wanted.slice(0, Number(limit)) : wanted;
  return {
    tasks: newest.map((task) =>
      milvus.GetImportStateResponse.fromPartial({ status: {}, ...importState(task) }),
    ),
  };
}
