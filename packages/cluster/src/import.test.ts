import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isHealthy } from '@millrace/core';
import { common, milvus } from '@millrace/proto';
import { checked, connect, type RpcClient, realClock } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCollection, readSegments } from './inspect/catalog.ts';
import { isDamage } from './inspect/finding.ts';
import { type LocalData, openLocal } from './inspect/open-local.ts';
import { cellReader, readSegmentRows } from './inspect/read-rows.ts';
import { primaryKeyOfCollection } from './inspect/schema.ts';
import { verify } from './inspect/verify.ts';
import { type LocalCluster, startLocalCluster } from './supervisor/local-cluster.ts';
import {
  fieldsWith,
  type ImportedField,
  idOf,
  importedSchema,
  jsonFile,
  npyFiles,
  wrongFields,
} from './testing/import-files.ts';

const { ImportStarted, ImportPersisted, ImportCompleted, ImportFailed, ImportFailedAndCleaned } =
  common.ImportState;
const collection = 'imported';

let directory: string;
let cluster: LocalCluster;
let client: RpcClient<typeof milvus.MilvusServiceService>;

async function start(
  options: Readonly<Record<string, string>> = {},
  fields = fieldsWith('vector'),
): Promise<void> {
  cluster = await startLocalCluster(
    { directory, dataNodes: 2, port: 0, logLevel: 'info', options },
    () => {},
  );
  client = connect(milvus.MilvusServiceService, cluster.address);
  checked(
    await client.call.createCollection({
      collectionName: collection,
      schema: importedSchema(collection, fields),
      shardsNum: 2,
    }),
  );
}
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-import-'));
});
afterEach(async () => {
  client.close();
  await cluster.stop();
  rmSync(directory, { recursive: true });
});

async function withData<T>(use: (data: LocalData) => Promise<T>): Promise<T> {
  const data = await openLocal(directory);
  return use(data).finally(() => data.close());
}
const put = (key: string, chunks: readonly Uint8Array[]) =>
  withData(({ objects }) => objects.put(key, chunks));

async function importing(files: string[]): Promise<bigint> {
  const { tasks } = checked(await client.call.import({ collectionName: collection, files }));
  return tasks[0] ?? 0n;
}
const stateOf = async (task: bigint) => checked(await client.call.getImportState({ task }));
const isOver = (state: common.ImportState) =>
  state === ImportCompleted || state === ImportFailedAndCleaned || state === ImportFailed;

/** Until a task is over, or comes to the wanted state. */
async function until(task: bigint, isWanted: (state: milvus.GetImportStateResponse) => boolean) {
  const endMs = realClock.monotonic() + 60_000;
  for (;;) {
    // A coordinator that is being restarted does not answer.
    const state = await stateOf(task).catch(() => undefined);
    if (state !== undefined && (isOver(state.state) || isWanted(state))) return state;
    if (realClock.monotonic() > endMs)
      throw new Error(`import task ${task} is not over after a minute: ${state?.state}`);
    await realClock.sleep(5);
  }
}
const finished = (task: bigint) => until(task, () => false);

interface Seen {
  readonly keys: ReadonlyMap<number, { readonly deleted: boolean }>;
  readonly faults: readonly string[];
}

/** Every row that a reader would see, checked value by value. */
function visibleRows(fields: readonly ImportedField[] = fieldsWith('vector')): Promise<Seen> {
  return withData(async (data) => {
    const keys = new Map<number, { readonly deleted: boolean }>();
    const faults: string[] = [];
    const record = await findCollection(data.store, data.keys, collection);
    for (const segment of await readSegments(data.store, data.keys, record.id)) {
      if (!isHealthy(segment.info.state) || segment.info.isImporting) continue;
      for await (const batch of readSegmentRows(
        data.objects,
        data.objectRoot,
        segment,
        primaryKeyOfCollection(record),
      )) {
        const cells = new Map(
          Array.from(batch.columns, ([field, column]) => [field, cellReader(column)] as const),
        );
        for (let row = 0; row < batch.rows; row++) {
          const key = Number(BigInt(String(cells.get(100n)?.(row))) - idOf(0));
          if (keys.has(key)) faults.push(`row ${key} is there twice`);
          keys.set(key, { deleted: batch.deleted[row] === 1 });
          faults.push(...wrongFields(fields, key, (field) => cells.get(field)?.(row)));
        }
      }
    }
    const { findings } = await verify(data);
    for (const { kind, where, what } of findings.filter(isDamage)) faults.push(`${kind} ${where}: ${what}`);
    return { keys, faults: faults.slice(0, 10) };
  });
}

describe('files imported into a local cluster', { timeout: 180_000 }, () => {
  it.each(['vector', 'bits'] as const)(
    'come as JSON and as NumPy, with all types, and every value is in the binlogs; deletes behind them work: %s',
    async (vector) => {
      const fields = fieldsWith(vector);
      // Deletes are written a second after they come.
      await start({ 'dataNode.segment.syncPeriod': '1' }, fields);
      await put('bulk/rows.json', [jsonFile(fields, 0, 3_000)]);
      for (const [name, content] of npyFiles(fields, 10_000, 2_000)) await put(`bulk/${name}.npy`, [content]);
      const json = await finished(await importing(['bulk/rows.json']));
      const numpy = await finished(await importing(fields.map(({ name }) => `bulk/${name}.npy`)));
      for (const state of [json, numpy])
        expect(Object.fromEntries(state.infos.map(({ key, value }) => [key, value]))).not.toHaveProperty(
          'failed_reason',
        );
      expect([json.state, numpy.state]).toEqual([ImportCompleted, ImportCompleted]);
      expect([json.rowCount, numpy.rowCount]).toEqual([3_000n, 2_000n]);
      const { tasks } = checked(await client.call.listImportTasks({ collectionName: collection }));
      expect(tasks.map(({ id }) => id)).toEqual([numpy.id, json.id]);
      const statistics = checked(await client.call.getCollectionStatistics({ collectionName: collection }));
      expect(statistics.stats).toEqual([{ key: 'row_count', value: '5000' }]);

      const deleted = [7, 2_999, 10_000, 11_999];
      const expr = `id in [${deleted.map(idOf).join(', ')}]`;
      checked(await client.call.delete({ collectionName: collection, expr }));
      const seenDeleted = async () =>
        [...(await visibleRows(fields)).keys].filter(([, row]) => row.deleted).map(([key]) => key);
      await expect.poll(seenDeleted, { timeout: 30_000, interval: 500 }).toHaveLength(deleted.length);
      await cluster.stop();
      const { keys, faults } = await visibleRows(fields);
      expect(faults).toEqual([]);
      expect(keys.size).toBe(5_000);
      expect((await seenDeleted()).toSorted((a, b) => a - b)).toEqual(deleted);
    },
  );

  it('are refused whole when a row at their end is bad', async () => {
    await start({ 'dataNode.memory.budget': String(8 * 1024 * 1024) });
    const good = jsonFile(fieldsWith('vector'), 0, 20_000);
    await put('bad.json', [good.subarray(0, -2), Buffer.from(',{}]}')]);
    const state = await finished(await importing(['bad.json']));
    expect(state.infos).toContainEqual({ key: 'failed_reason', value: "value of field 'id' is missed" });
    await until(state.id, ({ state }) => state === ImportFailedAndCleaned);
    expect((await visibleRows()).keys.size).toBe(0);
  });

  /** An import that was interrupted is whole, or nothing. */
  async function wholeOrNothing(task: bigint, rows: number): Promise<common.ImportState> {
    let { state } = await finished(task);
    if (state !== ImportCompleted) {
      await expect
        .poll(async () => (await stateOf(task)).state, { timeout: 30_000 })
        .toBe(ImportFailedAndCleaned);
      state = ImportFailedAndCleaned;
    }
    await cluster.stop();
    const { keys, faults } = await visibleRows();
    process.stderr.write(`interrupted import: state ${state}, ${keys.size} of ${rows} rows\n`);
    expect(faults).toEqual([]);
    expect(keys.size).toBe(state === ImportCompleted ? rows : 0);
    return state;
  }

  const rows = 60_000;
  async function startLargeImport(): Promise<bigint> {
    // Little memory: many blocks, so that the import takes a while.
    await start({ 'dataNode.memory.budget': String(8 * 1024 * 1024) });
    await put('large.json', [jsonFile(fieldsWith('vector'), 0, rows)]);
    return importing(['large.json']);
  }
  const kill = (name: string) => {
    const pid = cluster.supervisor.get(name)?.pid;
    if (pid === undefined) throw new Error(`${name} does not run`);
    process.kill(pid, 'SIGKILL');
  };

  it.each(['datanode-1', 'datanode-2'])(
    'leave everything or nothing when %s is killed in the middle',
    async (name) => {
      const task = await startLargeImport();
      const { state } = await until(task, ({ segmentIds }) => segmentIds.length > 0);
      expect(state).toBe(ImportStarted);
      kill(name);
      await wholeOrNothing(task, rows);
    },
  );

  it('go on when DataCoord is killed in the middle', async () => {
    const task = await startLargeImport();
    await until(task, ({ segmentIds }) => segmentIds.length > 0);
    kill('datacoord');
    expect(await wholeOrNothing(task, rows)).toBe(ImportCompleted);
  });

  it('leave everything or nothing when DataCoord is killed between storing and showing', async () => {
    const task = await startLargeImport();
    await until(task, ({ state }) => state === ImportPersisted);
    kill('datacoord');
    expect(await wholeOrNothing(task, rows)).toBe(ImportCompleted);
  });

  it('leave everything or nothing when RootCoord is killed in the middle', async () => {
    const task = await startLargeImport();
    await until(task, ({ segmentIds }) => segmentIds.length > 0);
    kill('rootcoord');
    await wholeOrNothing(task, rows);
  });
});
