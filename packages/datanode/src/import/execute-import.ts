import { Invalid, Pace, type Timestamp, type UniqueID } from '@millrace/core';
import { common, type data, type schema } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import type { NodeWorld } from '../node-world.ts';
import type { ImportBatch } from './import-batch.ts';
import { importSchema } from './import-fields.ts';
import { checkFiles, type ImportFiles } from './import-files.ts';
import { callOptions, type ImportJob, type ImportRun, insist } from './import-job.ts';
import { importMemory } from './import-memory.ts';
import type { ImportReports, ImportResult } from './import-reports.ts';
import { ImportWriter } from './import-writer.ts';
import { readJson } from './json/read-json.ts';
import { readNumpy } from './numpy/read-numpy.ts';
import { ahead, type ReadRange } from './object-ranges.ts';

/** Rows of JSON that are read together, unless they are large. Source: spec datanode-and-formats §10.3. */
const rowsPerBatch = 1024;

/**
 * Does an import: reads its files, writes their rows into segments of their own, and makes those known once every row is stored. A file that
 * cannot be imported leaves nothing that metadata names. Source: spec datanode-and-formats §10.5.
 * @throws Invalid for files that cannot be imported; Unavailable when the signal aborts
 */
export async function executeImport(
  node: NodeWorld,
  task: data.ImportTask,
  reports: ImportReports,
  signal: AbortSignal,
): Promise<ImportResult> {
  const startedMs = node.clock.monotonic();
  const run = { node, signal };
  checkTask(task);
  const timestamp = await allocateTimestamp(run);
  const schema = importSchema(await describe(run, task.collectionId));
  const files = await checkFiles(node.objectStore, task.files);
  const job = { node, task, schema, timestamp, memory: importMemory(node.budget), signal };
  let read = 0;
  const writer = new ImportWriter(job, {
    segmentOpened: (segmentID) => reports.started(segmentID),
    blockWritten: () => reports.progress(read),
  });
  try {
    const pace = new Pace(node.clock);
    await writer.whenRoom();
    for await (const batch of heldBatches(job, files)) {
      read = batch.progress;
      // Reading and spreading hold the event loop: channels of the node share it.
      await pace.run(() => undefined);
      await writer.add(batch);
      await writer.whenRoom();
    }
    await writer.save();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  const { segmentIDs: segments, autoIDs, rows } = writer;
  return { segments, autoIDs, rows, tookMs: node.clock.monotonic() - startedMs };
}

function checkTask({ taskId, channelNames, infos }: data.ImportTask): void {
  if (channelNames.length === 0)
    throw new Invalid(`import task ${taskId} names no channel: send those of the collection's shards`);
  if (infos.some(({ key, value }) => key === 'backup' && value === 'true'))
    throw new Invalid(
      'binlogs of a backup are not restored by this DataNode: import the rows as JSON or NumPy files',
    );
}

async function allocateTimestamp(run: ImportRun): Promise<Timestamp> {
  const { rootCoord, nodeID } = run.node;
  const base = common.MsgBase.fromPartial({ msgType: common.MsgType.RequestTSO, sourceID: nodeID });
  try {
    return await insist(
      run,
      async () => checked(await rootCoord.allocTimestamp({ base, count: 1 }, callOptions(run))).timestamp,
    );
  } catch (cause) {
    throw new Invalid('DataNode alloc ts failed', { cause });
  }
}

async function describe(run: ImportRun, collectionID: UniqueID): Promise<schema.CollectionSchema> {
  const { rootCoord, nodeID } = run.node;
  const base = common.MsgBase.fromPartial({ msgType: common.MsgType.DescribeCollection, sourceID: nodeID });
  const answer = await insist(run, async () =>
    checked(await rootCoord.describeCollectionInternal({ base, collectionID }, callOptions(run))),
  );
  if (answer.schema === undefined) throw new Invalid(`collection ${collectionID} has no schema`);
  return answer.schema;
}

/** Batches of the files, each counted in the budget while it is worked on. */
async function* heldBatches(job: ImportJob, files: ImportFiles): AsyncGenerator<ImportBatch, void, void> {
  const { budget } = job.node;
  const { chunkBytes, blockBytes } = job.memory;
  // The batch that is worked on, and what is read ahead of it.
  const held = files.mode === 'row-based' ? blockBytes + 2 * chunkBytes : 2 * blockBytes;
  budget.take(held);
  try {
    yield* batchesOf(job, files);
  } finally {
    budget.give(held);
  }
}

async function* batchesOf(
  job: ImportJob,
  { mode, files }: ImportFiles,
): AsyncGenerator<ImportBatch, void, void> {
  const { objectStore, encoder } = job.node;
  const { chunkBytes, blockBytes } = job.memory;
  const read: ReadRange = (path, range, memory) => {
    const options = { range, signal: job.signal, ...(memory === undefined ? {} : { memory }) };
    return insist(job, () => objectStore.get(path, options));
  };
  if (mode === 'column-based') {
    yield* ahead(readNumpy(read, files, job.schema, blockBytes, encoder.memory));
    return;
  }
  for (const [at, file] of files.entries()) {
    const limits = { chunkBytes, rowsMax: rowsPerBatch, bytesMax: blockBytes };
    for await (const batch of readJson(read, file, job.schema, limits))
      yield { ...batch, progress: (at + batch.progress) / files.length };
  }
}
