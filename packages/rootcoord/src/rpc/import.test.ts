import { segmentStates } from '@millrace/core';
import { kvKeys, type Session } from '@millrace/metastore';
import { common, data, type milvus, rootcoord } from '@millrace/proto';
import type { HandlersOf } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCollection, LocalCluster, type RunningRootCoord } from '../testing/local-cluster.ts';

/** Long enough for a busy machine. */
const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 15_000, interval: 10 });

const { Success, UnexpectedError, UpdateImportTaskFailure } = common.ErrorCode;
const {
  ImportPending,
  ImportStarted,
  ImportPersisted,
  ImportFailed,
  ImportCompleted,
  ImportFailedAndCleaned,
} = common.ImportState;
const node = 41n;

let cluster: LocalCluster;
let running: RunningRootCoord;
let session: Session;
const settings = { importIntervalMs: 10, importRetryMs: 20 };

/** What DataCoord was asked, and what it says. */
let sent: data.ImportTaskRequest[];
let flushed: data.FlushRequest[];
let shown: bigint[][];
let dropped: bigint[][];
let takesImports: boolean;
let whileSending: (request: data.ImportTaskRequest) => Promise<void>;
let states: Map<bigint, common.SegmentState>;

beforeEach(async () => {
  [sent, flushed, shown, dropped, takesImports, states] = [[], [], [], [], true, new Map()];
  whileSending = async () => undefined;
  const handlers: HandlersOf<typeof data.DataCoordService> = {
    import: async (request) => {
      sent.push(request);
      await whileSending(request);
      const status = { errorCode: takesImports ? Success : UnexpectedError, reason: 'all busy' };
      return { status, datanodeId: takesImports ? node : 0n };
    },
    flush: (request) => {
      flushed.push(request);
      return {};
    },
    getSegmentStates: ({ segmentIDs }) => ({
      states: segmentIDs.map((segmentID) =>
        data.SegmentStateInfo.fromPartial({
          segmentID,
          state: states.get(segmentID) ?? segmentStates.flushed,
        }),
      ),
    }),
    unsetIsImportingState: ({ segmentIds }) => {
      shown.push(segmentIds);
      return {};
    },
    markSegmentsDropped: ({ segmentIds }) => {
      dropped.push(segmentIds);
      return {};
    },
  };
  cluster = new LocalCluster();
  await cluster.startDataCoord(handlers);
  session = await cluster.register('datanode', 'somewhere', node);
  running = await cluster.startRootCoord(settings);
  await running.call.createCollection(aCollection('books'));
});
afterEach(() => cluster.close());

const restart = async () => {
  await running.stop();
  running = await cluster.startRootCoord(settings);
};
const importOf = (files: string[], more: Partial<milvus.ImportRequest> = {}) =>
  running.call.import({ collectionName: 'books', files, ...more });
const state = async (task: bigint) => (await running.call.getImportState({ task })).state;
const report = (taskId: bigint, result: Partial<rootcoord.ImportResult>) =>
  running.call.reportImport(rootcoord.ImportResult.fromPartial({ taskId, datanodeId: node, ...result }));
const infosOf = async (task: bigint) =>
  Object.fromEntries(
    (await running.call.getImportState({ task })).infos.map(({ key, value }) => [key, value]),
  );

/** A task that its DataNode works on. */
async function started(segments: bigint[] = [7n, 8n]): Promise<bigint> {
  const [task = 0n] = (await importOf(['rows.json'])).tasks;
  await eventually(() => state(task)).toBe(ImportStarted);
  await eventually(() => sent.length).toBeGreaterThan(0);
  for (const segment of segments)
    expect((await report(task, { state: ImportStarted, segments: [segment] })).errorCode).toBe(Success);
  return task;
}
const persisted = (task: bigint, segments: bigint[] = [7n, 8n]) =>
  report(task, {
    state: ImportPersisted,
    segments,
    autoIds: [100n, 110n],
    rowCount: 10n,
    infos: [
      { key: 'progress_percent', value: '90' },
      { key: 'persist_cost', value: '0.25' },
    ],
  });

describe('Import', () => {
  it('sends the files to a DataNode as the original does', async () => {
    const { status, tasks } = await importOf(['bulk/rows.json']);
    expect(status?.errorCode).toBe(Success);
    await eventually(() => sent.length).toBe(1);
    const described = await running.call.describeCollectionInternal({ collectionName: 'books' });
    expect(sent[0]).toEqual(
      data.ImportTaskRequest.fromPartial({
        importTask: {
          collectionId: described.collectionID,
          partitionId: sent[0]?.importTask?.partitionId ?? 0n,
          channelNames: described.virtualChannelNames,
          taskId: tasks[0] ?? 0n,
          files: ['bulk/rows.json'],
        },
      }),
    );
  });

  it('makes a task of each JSON file, and one of all NumPy files', async () => {
    expect((await importOf(['a.json', 'b.json'])).tasks).toHaveLength(2);
    expect((await importOf(['a.npy', 'b.npy'])).tasks).toHaveLength(1);
    await eventually(() => sent.length).toBeGreaterThan(0);
  });

  it('refuses what it cannot find', async () => {
    expect((await importOf(['a.json'], { collectionName: 'films' })).status?.reason).toBe(
      "can't find collection: films",
    );
    expect((await importOf(['a.json'], { partitionName: 'new' })).status?.reason).toBe(
      "partition ID not found for partition name 'new'",
    );
    expect((await importOf([])).status?.errorCode).not.toBe(Success);
    expect((await running.call.getImportState({ task: 5n })).status?.reason).toMatch(
      /import task 5 is not known/,
    );
  });

  it('waits while every DataNode is busy, and names those that are', async () => {
    const first = await started();
    takesImports = false;
    const [second = 0n] = (await importOf(['more.json'])).tasks;
    await eventually(() => sent.length).toBeGreaterThan(3);
    expect(sent.at(-1)).toMatchObject({ workingNodes: [node], importTask: { taskId: second } });
    expect(await state(second)).toBe(ImportPending);
    takesImports = true;
    await persisted(first);
    await eventually(() => state(second)).toBe(ImportStarted);
  });
});

describe('an import that its DataNode has stored', () => {
  it('is flushed, then shown at once, and completed', async () => {
    const task = await started();
    for (const id of [7n, 8n]) states.set(id, segmentStates.importing);
    expect(await persisted(task)).toMatchObject({ errorCode: Success });
    await eventually(() => flushed.length).toBeGreaterThan(2);
    expect(flushed[0]).toMatchObject({
      segmentIDs: [7n, 8n],
      isImport: true,
      base: { msgType: common.MsgType.Flush },
    });
    expect(await state(task)).toBe(ImportPersisted);
    states.set(7n, segmentStates.flushed);
    states.set(8n, segmentStates.sealed);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(shown).toEqual([]);
    states.set(8n, segmentStates.flushed);
    await eventually(() => state(task)).toBe(ImportCompleted);
    expect(shown).toEqual([[7n, 8n]]);
    expect(await running.call.getImportState({ task })).toMatchObject({
      rowCount: 10n,
      idList: [100n, 110n],
      segmentIds: [7n, 8n],
      id: task,
    });
    expect(await infosOf(task)).toEqual({
      files: 'rows.json',
      collection: 'books',
      partition: '_default',
      persist_cost: '0.25',
      progress_percent: '100',
    });
  });

  it('is completed also when RootCoord is restarted before', async () => {
    const task = await started();
    states.set(7n, segmentStates.importing);
    await persisted(task);
    await restart();
    expect(await state(task)).toBe(ImportPersisted);
    states.clear();
    await eventually(() => state(task)).toBe(ImportCompleted);
    expect(dropped).toEqual([]);
  });

  it('fails when a segment of it was dropped: no part of it is shown', async () => {
    const task = await started();
    states.set(8n, segmentStates.dropped);
    await persisted(task);
    await eventually(() => state(task)).toBe(ImportFailedAndCleaned);
    expect(shown).toEqual([]);
    expect(dropped).toEqual([[7n, 8n]]);
    expect((await infosOf(task))['failed_reason']).toMatch(/segment 8 of the import was dropped/);
  });
});

describe('an import that fails', () => {
  it('says why, and its segments are dropped', async () => {
    const task = await started();
    const infos = [{ key: 'failed_reason', value: 'row count is 0' }];
    expect(await report(task, { state: ImportFailed, infos })).toMatchObject({ errorCode: Success });
    await eventually(() => state(task)).toBe(ImportFailedAndCleaned);
    expect(dropped).toEqual([[7n, 8n]]);
    expect((await infosOf(task))['failed_reason']).toBe('row count is 0');
    expect(flushed).toEqual([]);
  });

  it('fails when its DataNode is gone', async () => {
    const task = await started();
    await session.close();
    await eventually(() => state(task)).toBe(ImportFailedAndCleaned);
    expect((await infosOf(task))['failed_reason']).toMatch(/DataNode 41, which did the import, is gone/);
    expect(dropped).toEqual([[7n, 8n]]);
  });

  it('fails when it takes too long', async () => {
    await running.stop();
    running = await cluster.startRootCoord({ ...settings, importExpirationMs: 1 });
    const [task = 0n] = (await importOf(['rows.json'])).tasks;
    await eventually(() => state(task)).toBe(ImportFailedAndCleaned);
    expect((await infosOf(task))['failed_reason']).toMatch(/took longer than 0.001 s/);
  });

  it('fails when RootCoord is restarted meanwhile, with the text of the original; waiting ones stay', async () => {
    const task = await started();
    takesImports = false;
    const [waiting = 0n] = (await importOf(['more.json'])).tasks;
    await restart();
    await eventually(() => state(task)).toBe(ImportFailedAndCleaned);
    expect((await infosOf(task))['failed_reason']).toMatch(/task marked failed as service restarted/);
    expect(await state(waiting)).toBe(ImportPending);
    takesImports = true;
    await eventually(() => state(waiting)).toBe(ImportStarted);
  });

  it('has segments dropped that its DataNode tells of later, and the DataNode is told to give up', async () => {
    const task = await started([7n]);
    await report(task, { state: ImportFailed });
    await eventually(() => state(task)).toBe(ImportFailedAndCleaned);
    expect((await report(task, { state: ImportStarted, segments: [9n] })).errorCode).toBe(
      UpdateImportTaskFailure,
    );
    await eventually(() => dropped.at(-1)).toEqual([7n, 9n]);
    await eventually(() => state(task)).toBe(ImportFailedAndCleaned);
    expect((await persisted(task)).errorCode).toBe(UpdateImportTaskFailure);
  });
});

describe('ReportImport', () => {
  it('of an unknown task is refused', async () => {
    expect((await report(4_242n, { state: ImportStarted })).errorCode).toBe(UpdateImportTaskFailure);
  });

  it('of another DataNode than the one that does the task is refused', async () => {
    const task = await started();
    expect((await report(task, { state: ImportPersisted, datanodeId: 99n })).errorCode).toBe(
      UpdateImportTaskFailure,
    );
    expect(await state(task)).toBe(ImportStarted);
  });

  it('of a node that has a task while it is sent to another makes it fail: it must not be seen twice', async () => {
    whileSending = async ({ importTask }) => {
      await report(importTask?.taskId ?? 0n, { state: ImportStarted, datanodeId: 99n, segments: [3n] });
    };
    const [task = 0n] = (await importOf(['rows.json'])).tasks;
    await eventually(() => state(task)).toBe(ImportFailedAndCleaned);
    expect((await infosOf(task))['failed_reason']).toMatch(/DataNodes 99 and 41 both did the import/);
    expect(dropped).toEqual([[3n]]);
  });

  it('that comes before the answer of the call that sent the task counts', async () => {
    whileSending = async ({ importTask }) => {
      await persisted(importTask?.taskId ?? 0n, [3n]);
    };
    const [task = 0n] = (await importOf(['rows.json'])).tasks;
    await eventually(() => state(task)).toBe(ImportCompleted);
    expect(shown).toEqual([[3n]]);
    expect(sent).toHaveLength(1);
  });

  it('keeps the progress, and the same again changes nothing', async () => {
    const task = await started();
    await report(task, { state: ImportStarted, infos: [{ key: 'progress_percent', value: '42' }] });
    expect((await infosOf(task))['progress_percent']).toBe('42');
    await persisted(task);
    await eventually(() => state(task)).toBe(ImportCompleted);
    expect((await persisted(task)).errorCode).toBe(Success);
    expect(await state(task)).toBe(ImportCompleted);
  });
});

describe('ListImportTasks', () => {
  it('lists the newest first, of one collection or all, up to a limit', async () => {
    await running.call.createCollection(aCollection('films'));
    takesImports = false;
    const { tasks: books } = await importOf(['a.json', 'b.json']);
    const { tasks: films } = await importOf(['c.npy'], { collectionName: 'films' });
    const ids = async (request: Partial<milvus.ListImportTasksRequest>) =>
      (await running.call.listImportTasks(request)).tasks.map(({ id }) => id);
    expect(await ids({})).toEqual([...films, ...books.toReversed()]);
    expect(await ids({ collectionName: 'books' })).toEqual(books.toReversed());
    expect(await ids({ limit: 1n })).toEqual(films);
  });
});

describe('import tasks', () => {
  it('are records of Milvus under its key', async () => {
    const task = await started();
    const stored = await cluster.store.get(kvKeys().key.importTask({ taskID: task }));
    expect(data.ImportTaskInfo.decode(stored?.value ?? new Uint8Array())).toMatchObject({
      id: task,
      datanodeId: node,
      collectionName: 'books',
      partitionName: '_default',
      rowBased: true,
      files: ['rows.json'],
      state: { stateCode: ImportStarted, segments: [7n, 8n] },
    });
  });

  it('are forgotten a day after they were made', async () => {
    const task = await started();
    await persisted(task);
    await eventually(() => state(task)).toBe(ImportCompleted);
    await running.stop();
    running = await cluster.startRootCoord({ ...settings, importRetentionMs: 0 });
    await eventually(async () => (await running.call.getImportState({ task })).status?.errorCode).not.toBe(
      Success,
    );
    expect(await cluster.store.get(kvKeys().key.importTask({ taskID: task }))).toBeUndefined();
  });
});
