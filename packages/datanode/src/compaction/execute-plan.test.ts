import {
  type DeleteEntry,
  decodeDeltaLog,
  decodeStatsLog,
  mayContain,
  type PrimaryKey,
} from '@millrace/binlog';
import { composeTimestamp } from '@millrace/core';
import { data } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { parseLogObjectKey } from '@millrace/storage';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedSchema, type PlainRow, PlanFixture } from '../testing/plan-fixture.ts';
import { executePlan } from './execute-plan.ts';

const everything = (1n << 63n) - 1n;

function aPlan(
  segmentBinlogs: data.CompactionSegmentBinlogs[],
  more: Partial<data.CompactionPlan> = {},
): data.CompactionPlan {
  const { MixCompaction } = data.CompactionType;
  return data.CompactionPlan.fromPartial({
    planID: 9n,
    type: MixCompaction,
    timetravel: everything,
    channel: 'v0',
    segmentBinlogs,
    ...more,
  });
}

const text = (row: PlainRow) => `${row.key}@${row.timestamp}#${row.rowID}`;
const texts = (rows: readonly PlainRow[]) => rows.map(text).sort();

/** Few keys and times, so that deletes meet rows, also at the same timestamp. */
const keysOf = {
  int64: fc.bigInt({ min: -3n, max: 12n }),
  varchar: fc.constantFrom('', 'a', 'b', 'ä', 'zz'),
};
const times = fc.bigInt({ min: 1n, max: 30n });

function cases(key: 'int64' | 'varchar') {
  const keys: fc.Arbitrary<PrimaryKey> = keysOf[key];
  const row = fc.record({ key: keys, timestamp: times });
  const batch = fc.array(row, { minLength: 1, maxLength: 12 });
  const entry = fc.record({ primaryKey: keys, timestamp: times });
  const deltas = fc.array(fc.array(entry, { maxLength: 6 }), { maxLength: 2 });
  const segment = fc.record({ batches: fc.array(batch, { minLength: 1, maxLength: 3 }), deltas });
  return fc.record({
    segments: fc.array(segment, { minLength: 1, maxLength: 4 }),
    timetravel: fc.oneof(fc.constant(0n), times, fc.constant(everything)),
    rowsOfOutput: fc.integer({ min: 1, max: 20 }),
    seed: fc.integer(),
  });
}

describe.each(['int64', 'varchar'] as const)('compaction of rows with a %s key', (key) => {
  const collection = keyedSchema(key);
  const rowBytes = key === 'int64' ? 8 + 1 + 8 + 16 : 64 + 1 + 8 + 16;

  it('leaves exactly the rows that no applied delete covers, each once, and passes the other deletes on (I11, I12)', async () => {
    await fc.assert(
      fc.asyncProperty(cases(key), async ({ segments, timetravel, rowsOfOutput, seed }) => {
        const fixture = new PlanFixture(collection, { binlogBytesMax: rowsOfOutput * rowBytes });
        let rowID = 0n;
        const rows: PlainRow[] = [];
        const deletes: DeleteEntry[] = [];
        const sources: data.CompactionSegmentBinlogs[] = [];
        for (const [at, { batches, deltas }] of segments.entries()) {
          // Rows of a file ascend; those of other files lie before, behind and between them.
          const written = batches.map((batch) =>
            batch.map((row) => ({ ...row, rowID: ++rowID * (seed % 2 === 0 ? 1n : -1n) })).sort(byRowID),
          );
          sources.push(await fixture.segment(BigInt(at + 1), written, deltas));
          rows.push(...written.flat());
          deletes.push(...deltas.flat());
        }

        const result = await executePlan(fixture.world(), aPlan(sources, { timetravel }));

        const applied = deletes.filter(({ timestamp }) => timestamp <= timetravel);
        const kept = rows.filter(
          (row) => !applied.some((d) => d.primaryKey === row.key && d.timestamp >= row.timestamp),
        );
        const files = await fixture.rowsOf(result);
        expect(texts(files.flat())).toEqual(texts(kept));
        expect(result.numOfRows).toBe(BigInt(kept.length));
        // Cut as the original cuts: full files but for the last.
        expect(files.map(({ length }) => length)).toEqual(
          Array.from({ length: Math.ceil(kept.length / rowsOfOutput) }, (_, at) =>
            Math.min(rowsOfOutput, kept.length - at * rowsOfOutput),
          ),
        );
        for (const file of files) expect(file).toEqual(file.toSorted(byRowID));

        const stats = result.field2StatslogPaths.flatMap(({ binlogs }) => binlogs);
        expect(stats).toHaveLength(files.length);
        for (const [at, { logPath }] of stats.entries()) {
          const summary = decodeStatsLog(await fixture.objects.get(logPath));
          expect(files[at]?.every((row) => mayContain(summary, row.key))).toBe(true);
        }
        const carried = deletes.filter(({ timestamp }) => timestamp > timetravel);
        const delta = result.deltalogs.flatMap(({ binlogs }) => binlogs);
        expect(delta).toHaveLength(kept.length > 0 && carried.length > 0 ? 1 : 0);
        for (const { logPath } of delta)
          expect(decodeDeltaLog(await fixture.objects.get(logPath)).deletes).toEqual(carried);
        expect(fixture.budget.bytes).toBe(0);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

function byRowID(a: PlainRow, b: PlainRow): number {
  return a.rowID < b.rowID ? -1 : 1;
}

describe('a compaction plan', () => {
  const row = (rowID: bigint, timestamp = rowID): PlainRow => ({ key: rowID, rowID, timestamp });

  it('names its files as the original: the target first, then per output the fields in schema order and the stats log', async () => {
    const fixture = new PlanFixture(keyedSchema('int64'), { binlogBytesMax: 2 * 33 });
    const source = await fixture.segment(1n, [[row(1n), row(2n), row(3n)]]);
    const result = await executePlan(fixture.world(), aPlan([source]));
    expect(result).toMatchObject({ planID: 9n, segmentID: 1_000_000n, channel: 'v0', deltalogs: [] });
    expect(
      result.insertLogs.map(({ fieldID, binlogs }) => [fieldID, ...binlogs.map(({ logPath }) => logPath)]),
    ).toEqual(
      [100n, 101n, 102n, 0n, 1n].map((fieldID, at) => [
        fieldID,
        `files/insert_log/441/442/1000000/${fieldID}/${1_000_001 + at}`,
        `files/insert_log/441/442/1000000/${fieldID}/${1_000_007 + at}`,
      ]),
    );
    expect(
      result.field2StatslogPaths[0]?.binlogs.map(({ logPath }) => parseLogObjectKey('files', logPath)),
    ).toMatchObject([
      { kind: 'stats', fieldID: 100n, logID: 1_000_006n },
      { kind: 'stats', fieldID: 100n, logID: 1_000_012n },
    ]);
    const [first] = result.insertLogs[0]?.binlogs ?? [];
    const stored = await fixture.objects.get(first?.logPath ?? '');
    expect(first).toMatchObject({
      entriesNum: 2n,
      timestampFrom: 1n,
      timestampTo: 2n,
      logSize: BigInt(stored.length),
    });
  });

  it('drops rows whose time to live is over, and no younger ones', async () => {
    const fixture = new PlanFixture(keyedSchema('int64'));
    const nowMs = realClock.now();
    const ages = [0, 3_590_000, 3_610_000, 999_999_999];
    const rows = ages.map((age, at) => row(BigInt(at + 1), composeTimestamp(nowMs - age, 5)));
    const source = await fixture.segment(1n, [rows]);
    const result = await executePlan(fixture.world(), aPlan([source], { collectionTtl: 3_600_000_000_000n }));
    expect((await fixture.rowsOf(result)).flat().map(({ key }) => key)).toEqual([1n, 2n]);
  });

  it('that leaves no rows writes no file at all', async () => {
    const fixture = new PlanFixture(keyedSchema('int64'));
    const deletes = [
      { primaryKey: 1n, timestamp: 5n },
      { primaryKey: 2n, timestamp: 500n },
    ];
    const source = await fixture.segment(1n, [[row(1n)]], [deletes]);
    const before = (await fixture.objects.list({ prefix: '' })).objects.length;
    const result = await executePlan(fixture.world(), aPlan([source], { timetravel: 100n }));
    expect(result).toMatchObject({ numOfRows: 0n, insertLogs: [], field2StatslogPaths: [], deltalogs: [] });
    expect((await fixture.objects.list({ prefix: '' })).objects).toHaveLength(before);
  });

  it('pairs the files of fields by log id, whatever their order in the plan', async () => {
    const fixture = new PlanFixture(keyedSchema('int64'));
    const source = await fixture.segment(1n, [[row(1n)], [row(2n)], [row(3n)]]);
    source.fieldBinlogs.reverse();
    source.fieldBinlogs[2]?.binlogs.reverse();
    const result = await executePlan(fixture.world(), aPlan([source]));
    expect(texts((await fixture.rowsOf(result)).flat())).toEqual(texts([row(1n), row(2n), row(3n)]));
  });

  const broken: readonly (readonly [
    string,
    (fixture: PlanFixture, source: data.CompactionSegmentBinlogs) => unknown,
    string,
  ])[] = [
    [
      'a missing file',
      (fixture, source) => fixture.objects.remove(source.fieldBinlogs[2]?.binlogs[0]?.logPath ?? ''),
      'not-found',
    ],
    [
      'a damaged file',
      (fixture, source) =>
        fixture.objects.put(source.fieldBinlogs[2]?.binlogs[0]?.logPath ?? '', [Buffer.from('no binlog')]),
      'corrupt',
    ],
    ['a field without its files', (_, source) => source.fieldBinlogs.splice(1, 1), 'corrupt'],
    [
      'a file of another field',
      (_, { fieldBinlogs: [a, b] }) => a?.binlogs.splice(0, 1, ...(b?.binlogs ?? [])),
      'corrupt',
    ],
    [
      'fewer rows than metadata counts',
      (_, { fieldBinlogs: [a] }) =>
        a?.binlogs.splice(0, 1, { ...a.binlogs[0], entriesNum: 7n } as data.Binlog),
      'corrupt',
    ],
    ['a segment without insert logs', (_, source) => source.fieldBinlogs.splice(0), 'invalid'],
  ];
  it.each(broken)('with %s fails, and leaves no memory held', async (_, damage, kind) => {
    const fixture = new PlanFixture(keyedSchema('int64'));
    const good = await fixture.segment(1n, [[row(1n)]]);
    const source = await fixture.segment(2n, [[row(2n), row(3n)]]);
    await damage(fixture, source);
    await expect(executePlan(fixture.world(), aPlan([good, source]))).rejects.toMatchObject({ kind });
    expect(fixture.budget.bytes).toBe(0);
  });

  it('without a type, or across partitions, is refused', async () => {
    const fixture = new PlanFixture(keyedSchema('int64'));
    const source = await fixture.segment(1n, [[row(1n)]]);
    const world = fixture.world();
    await expect(executePlan(world, aPlan([source], { type: 0 }))).rejects.toMatchObject({ kind: 'invalid' });
    await expect(executePlan(world, aPlan([]))).rejects.toMatchObject({ kind: 'invalid' });
    const elsewhere = structuredClone(source);
    for (const { binlogs } of elsewhere.fieldBinlogs)
      for (const binlog of binlogs) binlog.logPath = binlog.logPath.replace('/442/', '/443/');
    await expect(executePlan(world, aPlan([source, elsewhere]))).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('ends with its signal', async () => {
    const fixture = new PlanFixture(keyedSchema('int64'));
    const source = await fixture.segment(1n, [[row(1n)]]);
    const stop = new AbortController();
    const failing = Object.assign(Object.create(fixture.objects), {
      put: async () => {
        stop.abort();
        throw new Error('the store is away');
      },
    });
    await expect(executePlan(fixture.world(stop.signal, failing), aPlan([source]))).rejects.toMatchObject({
      kind: 'unavailable',
    });
    expect(fixture.budget.bytes).toBe(0);
  });
});
