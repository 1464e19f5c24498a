import { composeTimestamp } from '@millrace/core';
import { insertLogKey, type LogOwner, statsLogKey } from '@millrace/storage';
import type { OutputLogs } from '../compaction/write-outputs.ts';
import { bytesOfChunks, fieldLog, type SyncFile } from '../sync/sync-files.ts';
import { allocateIDs, type ImportJob, insist } from './import-job.ts';
import type { ShardBlock } from './shard-block.ts';

/**
 * Encodes and stores the rows of one block. Log ids are used in schema order, the stats log has that of the primary key's insert log, sizes are
 * those of the files. Source: spec datanode-and-formats §10.5, step 4.
 */
export async function writeBlock(job: ImportJob, owner: LogOwner, block: ShardBlock): Promise<OutputLogs> {
  const { clock, encoder, budget, settings } = job.node;
  const { objectRoot } = settings;
  const { timestamp } = job;
  const keyField = job.schema.primaryKey.fieldID;
  const range = { entries: block.rows, from: timestamp, to: timestamp };
  const fields = block.finish(timestamp);
  // Asked for in the order of the rows: readers sort by log id (§8.2).
  let logID = await allocateIDs(job, fields.length);
  const encoded = await encoder.encode({
    ...owner,
    headerTimestamp: composeTimestamp(clock.now()),
    startTimestamp: timestamp,
    endTimestamp: timestamp,
    primaryKeyFieldID: keyField,
    fields,
  });
  const statsLogID = logID + BigInt(fields.findIndex(({ fieldID }) => fieldID === keyField));
  const files = fields.map(({ fieldID }, at) => ({
    fieldID,
    key: insertLogKey(objectRoot, { ...owner, fieldID, logID: logID++ }),
    chunks: encoded.files[at] ?? [],
  }));
  const statsFile = {
    key: statsLogKey(objectRoot, { ...owner, fieldID: keyField, logID: statsLogID }),
    chunks: [encoded.statsLog],
  };
  const bytes = files.reduce((sum, { chunks }) => sum + bytesOfChunks(chunks), encoded.statsLog.length);
  budget.take(bytes);
  try {
    await store(job, [...files, statsFile]);
  } finally {
    budget.give(bytes);
  }
  return {
    insertLogs: files.map(({ fieldID, key, chunks }) => fieldLog(fieldID, key, bytesOfChunks(chunks), range)),
    statsLogs: [fieldLog(keyField, statsFile.key, encoded.statsLog.length, range)],
  };
}

async function store(job: ImportJob, files: readonly SyncFile[]): Promise<void> {
  const { objectStore, uploads } = job.node;
  const puts = await Promise.allSettled(
    files.map(({ key, chunks }) =>
      uploads.run(() => insist(job, () => objectStore.put(key, chunks, job.signal))),
    ),
  );
  const failure = puts.find((put) => put.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
