import { decodeInsertLog, decodeStatsLog, mayContain } from '@millrace/binlog';
import { Unavailable } from '@millrace/core';
import { common, data, schema } from '@millrace/proto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  anyRow,
  type EveryTypeRow,
  everyType,
  jsonFile,
  namedValues,
  valuesOf,
} from '../testing/import-rows.ts';
import { npyFilesOf } from '../testing/npy-files.ts';
import { served } from '../testing/served-node.ts';
import { TestCluster, type TestNode } from '../testing/test-node.ts';

/** Long enough for a busy machine. */
const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 15_000, interval: 10 });

const { Success, UnexpectedError } = common.ErrorCode;
const { ImportStarted, ImportPersisted, ImportFailed } = common.ImportState;
const channels = ['by-dev-rootcoord-dml_0_441v0', 'by-dev-rootcoord-dml_1_441v1'];
const timestamp = 445_000_000_000_000_007n;

let cluster: TestCluster;
let node: TestNode;
let client: Awaited<ReturnType<typeof served>>;

async function start(settings: Parameters<TestCluster['start']>[0] = {}): Promise<void> {
  node = cluster.start(settings);
  client = await served(node);
}
beforeEach(() => {
  cluster = new TestCluster();
  cluster.rootCoord.collection = everyType;
  cluster.rootCoord.nextTimestamp = timestamp;
});
afterEach(async () => {
  await client.close();
  await cluster.stop();
});

const aTask = (files: string[], more: Partial<data.ImportTask> = {}) => ({
  importTask: data.ImportTask.fromPartial({
    taskId: 77n,
    collectionId: 441n,
    partitionId: 442n,
    channelNames: channels,
    files,
    ...more,
  }),
});

const keyed = (count: number, from = 0) =>
  fc.sample(anyRow, { numRuns: count, seed: 11 }).map((row, at) => ({
    ...row,
    id: BigInt(from + at),
    text: row.text.replaceAll('\0', '-'),
  }));

/** What the saved segments hold, row by row, by key. */
async function importedRows(): Promise<Map<bigint, EveryTypeRow>> {
  const rows = new Map<bigint, EveryTypeRow>();
  for (const { saveBinlogPathReq } of cluster.dataCoord.imported) {
    const logs = saveBinlogPathReq?.field2BinlogPaths ?? [];
    for (let file = 0; file < (logs[0]?.binlogs.length ?? 0); file++) {
      const columns = new Map<bigint, ReturnType<typeof decodeInsertLog>['column']>();
      for (const { fieldID, binlogs } of logs)
        columns.set(fieldID, decodeInsertLog(await cluster.objects.get(binlogs[file]?.logPath ?? '')).column);
      const values = namedValues(columns);
      for (const [at, id] of (values.id ?? []).entries()) {
        const row = Object.fromEntries(Object.entries(values).map(([name, column]) => [name, column[at]]));
        expect(rows.has(id as bigint)).toBe(false);
        // Every field of the collection is there: the comparison with the written row checks each.
        rows.set(id as bigint, row as unknown as EveryTypeRow);
      }
    }
  }
  return rows;
}

describe('Import', () => {
  it('writes each row of a JSON file into a segment of its shard, and tells what it did as the original', async () => {
    await start();
    const rows = keyed(100);
    await cluster.objects.put('bulk/rows.json', [jsonFile(rows)]);
    expect((await client.call.import(aTask(['bulk/rows.json']))).errorCode).toBe(Success);

    const { assigned, rowCounts, imported } = cluster.dataCoord;
    expect(
      assigned.map(({ channelName, count, isImport }) => [channelName, count, isImport]).toSorted(),
    ).toEqual(channels.map((channel) => [channel, 1, true]));
    expect(await importedRows()).toEqual(new Map(rows.map((row) => [row.id, row])));
    expect(rowCounts.reduce((sum, { NumRows }) => sum + NumRows, 0n)).toBe(100n);
    expect(imported).toHaveLength(2);
    for (const {
      base,
      segmentId,
      channelName,
      collectionId,
      partitionId,
      rowNum,
      saveBinlogPathReq: inner,
    } of imported) {
      expect(base).toMatchObject({ timestamp, sourceID: node.nodeID, msgType: 0 });
      expect([collectionId, partitionId]).toEqual([441n, 442n]);
      expect(inner).toMatchObject({
        base: { timestamp, sourceID: node.nodeID },
        segmentID: segmentId,
        collectionID: 441n,
        checkPoints: [],
        deltalogs: [],
        flushed: false,
        importing: true,
        startPositions: [{ segmentID: segmentId, startPosition: { channelName, timestamp, msgGroup: '' } }],
      });
      expect(inner?.startPositions[0]?.startPosition?.msgID).toHaveLength(0);
      const keyLog = inner?.field2BinlogPaths.find(({ fieldID }) => fieldID === 100n)?.binlogs[0];
      expect(keyLog).toMatchObject({ entriesNum: rowNum, timestampFrom: timestamp, timestampTo: timestamp });
      expect(keyLog?.logSize).toBe(BigInt((await cluster.objects.get(keyLog?.logPath ?? '')).length));
      const [stats] = inner?.field2StatslogPaths ?? [];
      // The stats log has the log id of the key's insert log.
      expect(stats?.binlogs[0]).toMatchObject({
        entriesNum: rowNum,
        timestampTo: timestamp,
        logPath: keyLog?.logPath.replace('insert_log', 'stats_log'),
      });
      const bloom = decodeStatsLog(await cluster.objects.get(stats?.binlogs[0]?.logPath ?? ''));
      expect(mayContain(bloom, -1n)).toBe(false);
    }

    const { reports } = cluster.rootCoord;
    const segments = imported.map(({ segmentId }) => segmentId);
    expect(
      reports.filter(({ state, segments }) => state === ImportStarted && segments.length > 0),
    ).toHaveLength(2);
    expect(reports.at(-1)).toMatchObject({
      taskId: 77n,
      datanodeId: node.nodeID,
      state: ImportPersisted,
      segments,
      autoIds: [],
      rowCount: 100n,
      infos: [
        { key: 'progress_percent', value: '90' },
        { key: 'persist_cost', value: expect.stringMatching(/^\d+\.\d\d$/) },
      ],
    });
  });

  it('writes each row of NumPy files', async () => {
    await start();
    const rows = keyed(60);
    const files = npyFilesOf(rows);
    for (const [name, content] of Object.entries(files))
      await cluster.objects.put(`np/${name}.npy`, [content]);
    const answer = await client.call.import(aTask(Object.keys(files).map((name) => `np/${name}.npy`)));
    expect(answer).toEqual({ errorCode: Success, reason: '' });
    expect(await importedRows()).toEqual(new Map(rows.map((row) => [row.id, row])));
  });

  it('spreads rows over the shards as a proxy does, and gives each a RowID of its own, ascending', async () => {
    // Little memory: many blocks and segments.
    await start({ memoryBytesMax: 400_000, segmentBytesMax: 30_000 });
    const rows = keyed(2_000);
    await cluster.objects.put('rows.json', [jsonFile(rows)]);
    expect((await client.call.import(aTask(['rows.json']))).reason).toBe('');
    expect((await importedRows()).size).toBe(2_000);
    const { imported } = cluster.dataCoord;
    expect(imported.length).toBeGreaterThan(4);
    const rowIDs = new Set<unknown>();
    for (const { channelName, rowNum, saveBinlogPathReq } of imported) {
      const columnsOf = async (field: bigint) => {
        const logs =
          saveBinlogPathReq?.field2BinlogPaths.find(({ fieldID }) => fieldID === field)?.binlogs ?? [];
        const files = await Promise.all(logs.map(({ logPath }) => cluster.objects.get(logPath)));
        return files.flatMap((file) => valuesOf(decodeInsertLog(file).column));
      };
      const ids = await columnsOf(0n);
      expect(BigInt(ids.length)).toBe(rowNum);
      expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)));
      for (const id of ids) rowIDs.add(id);
      expect(new Set(await columnsOf(1n))).toEqual(new Set([timestamp]));
      // Key 0 goes to shard 0 and key 1 to shard 1: murmur3 1669671676 and 1392991556 are even; 100 gives 1177227376.
      const keys = await columnsOf(100n);
      expect(keys.includes(0n) || keys.includes(1n) || keys.includes(100n) ? channelName : channels[0]).toBe(
        channels[0],
      );
    }
    expect(rowIDs.size).toBe(2_000);
  });

  it('makes the keys of a collection with automatic ones, the RowIDs, and tells them', async () => {
    await start();
    const fields = everyType.fields.map((field) =>
      field.name === 'id' ? { ...field, autoID: true } : field,
    );
    cluster.rootCoord.collection = { ...everyType, fields };
    const rows = keyed(10).map(({ id: _, ...row }) => row);
    await cluster.objects.put('rows.json', [jsonFile(rows)]);
    expect((await client.call.import(aTask(['rows.json']))).reason).toBe('');
    const { autoIds, rowCount } = cluster.rootCoord.reports.at(-1) ?? {};
    expect(rowCount).toBe(10n);
    const [begin = 0n, end = 0n] = autoIds ?? [];
    expect(end - begin).toBe(10n);
    const keys = [...(await importedRows()).keys()];
    expect(keys.toSorted((a, b) => Number(a - b))).toEqual(
      Array.from({ length: 10 }, (_, at) => begin + BigInt(at)),
    );
  });

  it('takes keys that are strings', async () => {
    await start();
    const { VarChar } = schema.DataType;
    const fields = everyType.fields.map((field) => ({
      ...field,
      isPrimaryKey: field.name === 'text',
      ...(field.name === 'text' ? { dataType: VarChar } : {}),
    }));
    cluster.rootCoord.collection = { ...everyType, fields };
    // CRC-32: "a" 3904355907 is odd, "milvus" 725768567 is odd, "" is 0.
    const rows = keyed(3).map((row, at) => ({ ...row, text: ['a', 'milvus', ''][at] ?? '' }));
    await cluster.objects.put('rows.json', [jsonFile(rows)]);
    expect((await client.call.import(aTask(['rows.json']))).reason).toBe('');
    const rowsOf = (channel: string | undefined) =>
      cluster.dataCoord.imported.find(({ channelName }) => channelName === channel)?.rowNum;
    expect(channels.map(rowsOf)).toEqual([1n, 2n]);
  });

  it.each<[string, string[], Partial<Record<string, Buffer>>, string | RegExp]>([
    ['no file', [], {}, /names no file/],
    ['a file of another kind', ['a.csv'], {}, "unsupported file type: 'a.csv'"],
    [
      'a NumPy file behind JSON',
      ['a.json', 'b.npy'],
      { 'a.json': jsonFile([]) },
      "unsupported file type for row-based mode: 'b.npy'",
    ],
    [
      'JSON behind a NumPy file',
      ['a.npy', 'b.json'],
      { 'a.npy': jsonFile([]) },
      "unsupported file type for column-based mode: 'b.json'",
    ],
    ['a name twice', ['x/a.json', 'y/a.json'], { 'x/a.json': jsonFile([]) }, "duplicate file: 'y/a.json'"],
    ['a file that is not there', ['a.json'], {}, /^failed to get file size of 'a.json', error:/],
    ['an empty file', ['a.json'], { 'a.json': Buffer.alloc(0) }, "the file 'a.json' size is zero"],
    [
      'a bad row behind good ones',
      ['a.json'],
      { 'a.json': jsonFile([...keyed(1500), { id: 1n }]) },
      "value of field 'flag' is missed",
    ],
    ['a file that is cut', ['a.json'], { 'a.json': jsonFile(keyed(1500)).subarray(0, -20) }, /it is cut/],
  ])(
    'refuses %s: the answer and RootCoord are told why, and nothing is saved',
    async (_what, files, contents, reason) => {
      await start({ memoryBytesMax: 400_000 });
      for (const [path, content] of Object.entries(contents))
        if (content !== undefined) await cluster.objects.put(path, [content]);
      const answer = await client.call.import(aTask(files));
      expect(answer.errorCode).toBe(UnexpectedError);
      expect(answer.reason).toMatch(reason);
      if (typeof reason === 'string') expect(answer.reason).toBe(reason);
      expect(cluster.rootCoord.reports.at(-1)).toMatchObject({
        taskId: 77n,
        state: ImportFailed,
        infos: [{ key: 'failed_reason', value: answer.reason }],
      });
      expect(cluster.dataCoord.imported).toEqual([]);
      expect(node.node.budget.bytes).toBe(0);
    },
  );

  it('answers a request without a task, and lives', async () => {
    await start();
    expect(await client.call.import({})).toMatchObject({ errorCode: UnexpectedError, reason: /import_task/ });
    expect((await client.call.getComponentStates({})).state?.stateCode).toBe(common.StateCode.Healthy);
  });

  it('says so when RootCoord gives no timestamp', async () => {
    await start();
    cluster.rootCoord.before = (call) =>
      call === 'allocTimestamp' ? { errorCode: UnexpectedError, reason: 'no' } : undefined;
    expect((await client.call.import(aTask(['a.json']))).reason).toBe('DataNode alloc ts failed');
  });

  it('tries again while DataCoord, the store and RootCoord cannot be reached', async () => {
    await start();
    await cluster.objects.put('rows.json', [jsonFile(keyed(20))]);
    const failed = new Set<string>();
    const failOnce = (call: string) => {
      if (failed.has(call)) return undefined;
      failed.add(call);
      throw new Unavailable(`${call} is away`);
    };
    cluster.dataCoord.before = failOnce;
    cluster.rootCoord.before = failOnce;
    expect(await client.call.import(aTask(['rows.json']))).toEqual({ errorCode: Success, reason: '' });
    expect([...failed]).toEqual(
      expect.arrayContaining(['assignSegmentId', 'saveImportSegment', 'reportImport']),
    );
    expect((await importedRows()).size).toBe(20);
    expect(cluster.rootCoord.reports.at(-1)?.state).toBe(ImportPersisted);
  });

  it('tells its progress as it goes, and never after what it came to', async () => {
    await start({ memoryBytesMax: 400_000 });
    await cluster.objects.put('rows.json', [jsonFile(keyed(5_000))]);
    const inner = cluster.rootCoord.calls.reportImport;
    const delayed: typeof inner = async (result, options) => {
      if (result.infos?.[0]?.key === 'progress_percent')
        await new Promise((resolve) => setTimeout(resolve, 30));
      return inner(result, options);
    };
    Object.assign(cluster.rootCoord.calls, { reportImport: delayed });
    expect((await client.call.import(aTask(['rows.json']))).reason).toBe('');
    const { reports } = cluster.rootCoord;
    const percents = reports.flatMap(({ infos }) =>
      infos.filter(({ key }) => key === 'progress_percent').map(({ value }) => Number(value)),
    );
    expect(percents.length).toBeGreaterThan(2);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(reports.map(({ state }) => state)).toEqual([
      ...reports.slice(1).map(() => ImportStarted),
      ImportPersisted,
    ]);
  });

  it('goes on when its caller goes away, and ends with its node', async () => {
    await start();
    await cluster.objects.put('rows.json', [jsonFile(keyed(20))]);
    const gate = Promise.withResolvers<undefined>();
    cluster.dataCoord.before = (call) => (call === 'saveImportSegment' ? gate.promise : undefined);
    const leave = new AbortController();
    const call = client.call.import(aTask(['rows.json']), { signal: leave.signal }).catch(() => undefined);
    await eventually(() => cluster.dataCoord.rowCounts.length).toBe(2);
    leave.abort();
    await call;
    gate.resolve(undefined);
    await eventually(() => cluster.rootCoord.reports.at(-1)?.state).toBe(ImportPersisted);
  });

  it('has a deadline, and says so', async () => {
    await start({ importDeadlineMs: 50 });
    await cluster.objects.put('rows.json', [jsonFile(keyed(20))]);
    cluster.dataCoord.before = () => {
      throw new Unavailable('DataCoord is away');
    };
    expect((await client.call.import(aTask(['rows.json']))).reason).toMatch(/took longer than 0.05 s/);
    expect(cluster.rootCoord.reports.at(-1)?.state).toBe(ImportFailed);
  });

  it('does one import at a time, however many come, up to a limit', async () => {
    await start();
    const gate = Promise.withResolvers<undefined>();
    cluster.dataCoord.before = (call) => (call === 'assignSegmentId' ? gate.promise : undefined);
    await cluster.objects.put('rows.json', [jsonFile(keyed(4))]);
    const calls = Array.from({ length: 17 }, () => client.call.import(aTask(['rows.json'])));
    const refused = await Promise.race(calls);
    expect(refused.reason).toMatch(/imports wait for this DataNode/);
    gate.resolve(undefined);
    const answers = await Promise.all(calls);
    expect(answers.filter(({ errorCode }) => errorCode === Success)).toHaveLength(16);
  });
});
