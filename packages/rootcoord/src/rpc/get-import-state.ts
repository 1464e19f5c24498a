import { common, type milvus } from '@millrace/proto';
import { type ImportTask, stateCode } from '../import/import-task.ts';
import { type ImportTasks, importTaskNotFound } from '../import/import-tasks.ts';

/** Where a task is. Source: spec datacoord §9.1. */
export function getImportState(
  tasks: ImportTasks,
  { task: id }: milvus.GetImportStateRequest,
): Partial<milvus.GetImportStateResponse> {
  const task = tasks.get(id);
  if (task === undefined) throw importTaskNotFound(id);
  return importState(task);
}

/** A task as clients see it: they know its infos by their keys. */
export function importState(task: ImportTask): Partial<milvus.GetImportStateResponse> {
  return {
    // It is being sent: nobody does it before a DataNode has taken it.
    state:
      task.state === 'started' && task.nodeID === 0n ? common.ImportState.ImportPending : stateCode(task),
    rowCount: task.rows,
    idList: [...task.autoIDs],
    infos: [
      ...(task.failedReason === '' ? [] : [{ key: 'failed_reason', value: task.failedReason }]),
      { key: 'files', value: task.files.join(',') },
      { key: 'collection', value: task.collectionName },
      { key: 'partition', value: task.partitionName },
      ...task.infos,
    ],
    id: task.id,
    collectionId: task.collectionID,
    segmentIds: [...task.segmentIDs],
    createTs: BigInt(Math.trunc(task.createdMs / 1000)),
  };
}
