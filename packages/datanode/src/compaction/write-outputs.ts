import { type DeleteEntry, deleteTimestamps, encodeDeltaLog, zstd } from '@millrace/binlog';
import { composeTimestamp, Internal, Unavailable, type UniqueID } from '@millrace/core';
import { common, type data } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import { deltaLogKey, insertLogKey, type LogOwner, statsLogKey } from '@millrace/storage';
import { primaryKeyField } from '../segments/insert-buffer.ts';
import { bytesOfChunks, fieldLog, type SyncFile } from '../sync/sync-files.ts';
import type { OutputBatch } from './output-batch.ts';
import { insist, type PlanWorld } from './plan-world.ts';
import { timestampRange } from './surviving-rows.ts';

/** How a result names the files of the target segment. */
export interface OutputLogs {
  readonly insertLogs: readonly data.FieldBinlog[];
  readonly statsLogs: readonly data.FieldBinlog[];
}

/** First id of a consecutive block of RootCoord's. */
export function allocateIDs(plan: PlanWorld, count: number): Promise<UniqueID> {
  const { rootCoord, nodeID, settings } = plan.node;
  const base = common.MsgBase.fromPartial({ msgType: common.MsgType.RequestID, sourceID: nodeID });
  const options = { signal: plan.signal, deadlineMs: settings.callDeadlineMs };
  return insist(plan, async () => {
    const answer = checked(await rootCoord.allocId({ base, count }, options));
    if (answer.count < count) throw new Unavailable(`asked for ${count} ids, got ${answer.count}`);
    return answer.ID;
  });
}

/**
 * Encodes and stores one output. Log ids in schema order, the stats log behind them; sizes are those of the files, timestamps those of the
 * rows, which the original leaves at 0. Source: spec datanode-and-formats §8.2, §11.2.
 */
export async function writeOutput(
  plan: PlanWorld,
  owner: LogOwner,
  batch: OutputBatch,
  firstLogID: UniqueID,
): Promise<OutputLogs> {
  const { clock, encoder, budget, settings } = plan.node;
  const { objectRoot } = settings;
  const columns = batch.columns();
  const fields = columns.map(({ field: { fieldID, dataType }, column }) => ({ fieldID, dataType, column }));
  const keyField = primaryKeyField(plan.schema).fieldID;
  const timestamps = fields.find(({ fieldID }) => fieldID === 1n);
  if (timestamps === undefined) throw new Internal(`collection ${plan.collectionID} has no timestamps`);
  const { from, to } = timestampRange(timestamps.column);
  const range = { entries: batch.rows, from, to };
  const encoded = await encoder.encode({
    ...owner,
    headerTimestamp: composeTimestamp(clock.now()),
    startTimestamp: from,
    endTimestamp: to,
    primaryKeyFieldID: keyField,
    fields,
  });
  const { statsLog } = encoded;
  let logID = firstLogID;
  const files = fields.map(({ fieldID }, at) => {
    const chunks = encoded.files[at] ?? [];
    return { fieldID, key: insertLogKey(objectRoot, { ...owner, fieldID, logID: logID++ }), chunks };
  });
  const statsFile = {
    key: statsLogKey(objectRoot, { ...owner, fieldID: keyField, logID }),
    chunks: [statsLog],
  };
  const bytes = files.reduce((sum, { chunks }) => sum + bytesOfChunks(chunks), statsLog.length);
  budget.take(bytes);
  try {
    await store(plan, [...files, statsFile]);
  } finally {
    budget.give(bytes);
  }
  return {
    insertLogs: files.map(({ fieldID, key, chunks }) => fieldLog(fieldID, key, bytesOfChunks(chunks), range)),
    statsLogs: [fieldLog(keyField, statsFile.key, statsLog.length, range)],
  };
}

/** Stores the deletes that the target inherits. */
export async function writeDeltaLog(
  plan: PlanWorld,
  owner: LogOwner,
  deletes: readonly DeleteEntry[],
): Promise<data.FieldBinlog> {
  const { clock, settings } = plan.node;
  const key = deltaLogKey(settings.objectRoot, { ...owner, logID: await allocateIDs(plan, 1) });
  const headerTimestamp = composeTimestamp(clock.now());
  const chunks = encodeDeltaLog({
    ...owner,
    deletes,
    headerTimestamp,
    compress: zstd(settings.compressionLevel),
  });
  await store(plan, [{ key, chunks }]);
  return fieldLog(0n, key, bytesOfChunks(chunks), { entries: deletes.length, ...deleteTimestamps(deletes) });
}

async function store(plan: PlanWorld, files: readonly SyncFile[]): Promise<void> {
  const { objectStore, uploads } = plan.node;
  const puts = await Promise.allSettled(
    files.map(({ key, chunks }) =>
      uploads.run(() => insist(plan, () => objectStore.put(key, chunks, plan.signal))),
    ),
  );
  const failure = puts.find((put) => put.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
