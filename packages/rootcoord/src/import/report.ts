import { Conflict } from '@millrace/core';
import { common, type rootcoord } from '@millrace/proto';
import { failed, type ImportTask, isWorking, moved } from './import-task.ts';

/**
 * The task after what a DataNode told. Segments of a failed one are kept, whoever has them: they are dropped. Pure. Source: spec datacoord §9.1.
 * @throws Conflict when another node does the task: one that was sent twice must not be seen twice
 */
export function reported(task: ImportTask, result: rootcoord.ImportResult): ImportTask {
  const { datanodeId: nodeID } = result;
  const known = new Set(task.segmentIDs);
  const news = result.segments.filter((id) => !known.has(id));
  const grown = news.length === 0 ? task : { ...task, segmentIDs: [...task.segmentIDs, ...news] };
  switch (task.state) {
    case 'completed':
      return task;
    case 'failed':
      return grown;
    case 'failed-and-cleaned':
      return news.length === 0 ? task : moved(grown, 'failed');
    case 'pending':
    case 'started':
    case 'persisted':
      if (task.nodeID !== 0n && task.nodeID !== nodeID)
        throw new Conflict(
          `import task ${task.id} is done by DataNode ${task.nodeID}, not by ${nodeID}: give it up`,
          {
            milvusCode: 'UpdateImportTaskFailure',
          },
        );
      // Whoever tells of a task has it, also where the call that sent it did not come back.
      return advanced({ ...(isWorking(task) ? grown : moved(grown, 'started')), nodeID }, result);
  }
}

function advanced(task: ImportTask, result: rootcoord.ImportResult): ImportTask {
  const { ImportPersisted, ImportFailed } = common.ImportState;
  const reason = result.infos.find(({ key }) => key === 'failed_reason')?.value;
  const infos = withInfos(
    task.infos,
    result.infos.filter(({ key }) => key !== 'failed_reason'),
  );
  if (result.state === ImportFailed)
    return { ...failed(task, reason ?? 'the DataNode does not say why'), infos };
  if (result.state !== ImportPersisted || task.state === 'persisted') return { ...task, infos };
  return { ...moved(task, 'persisted'), infos, autoIDs: result.autoIds, rows: result.rowCount };
}

/** Values of the same key are replaced. */
export function withInfos(
  present: readonly common.KeyValuePair[],
  changed: readonly common.KeyValuePair[],
): common.KeyValuePair[] {
  const keys = new Set(changed.map(({ key }) => key));
  return [...present.filter(({ key }) => !keys.has(key)), ...changed];
}
