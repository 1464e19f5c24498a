import { readFileSync } from 'node:fs';
import {
  type Column,
  ColumnBuilder,
  decodeDeltaLog,
  decodeInsertLog,
  fieldShape,
  pickRows,
  primaryKeyBytes,
  sortByRowID,
  stringsOf,
} from '@millrace/binlog';
import { data } from '@millrace/proto';
import { parseLogObjectKey } from '@millrace/storage';
import { describe, expect, it } from 'vitest';
import { PlanFixture } from '../testing/plan-fixture.ts';
import { recordedCollection, writeSources } from '../testing/recorded-plans.ts';
import { executePlan } from './execute-plan.ts';

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'));
const bytesOf = (text: string | undefined) => Buffer.from(text ?? '', 'base64');

/** Plans, states and syncs between DataCoord and DataNode of a real Milvus 2.2.8; base64. Their objects were not kept. */
const recorded: Record<'plans' | 'states' | 'syncs', string[]> = fixture('compaction.json');
/** Objects that a DataNode of a real 2.2.8 wrote, and the assignments of their channels; base64. */
const golden: Record<'watches' | 'objects', Record<string, string>> = fixture('golden.json');

describe('the plans of a real DataCoord', () => {
  const results = new Map(
    recorded.states
      .flatMap((text) => data.CompactionStateResponse.decode(bytesOf(text)).results)
      .map(({ planID, result }) => [planID, result]),
  );

  const shapeOf = (logs: readonly data.FieldBinlog[]) => {
    const entries = logs.flatMap(({ fieldID, binlogs }) =>
      binlogs.map(({ entriesNum, logPath, logID }) => {
        const parsed = parseLogObjectKey('files', logPath);
        if (parsed === undefined) throw new Error(`${logPath} is no path`);
        return { ...parsed, fieldID, entriesNum, saidID: logID, id: parsed.logID };
      }),
    );
    const least = entries.reduce((min, { id }) => (id < min ? id : min), entries[0]?.id ?? 0n);
    return entries
      .map(({ id, ...entry }) => ({ ...entry, id: undefined, logID: id - least }))
      .sort((a, b) => Number(a.logID - b.logID));
  };

  it.each(recorded.plans.map((text, at) => [at, text] as const))(
    'plan %d has the result that the original gave',
    async (_, text) => {
      const plan = data.CompactionPlan.decode(bytesOf(text));
      const theirs = results.get(plan.planID);
      if (theirs === undefined) throw new Error('the recording has no result');
      const collectionID =
        parseLogObjectKey('files', theirs.insertLogs[0]?.binlogs[0]?.logPath ?? '')?.collectionID ?? 0n;
      const files = new PlanFixture(recordedCollection);
      await writeSources(plan, files.objects);
      files.rootCoord.next = theirs.segmentID;
      // The rows that stand in are written now: a time to live of a day in the recording takes none of them.
      const ours = await executePlan({ ...files.world(), collectionID }, { ...plan, collectionTtl: 0n });

      const { insertLogs, field2StatslogPaths, ...rest } = theirs;
      expect(ours).toMatchObject(rest);
      expect(shapeOf(ours.insertLogs)).toEqual(shapeOf(insertLogs));
      expect(shapeOf(ours.field2StatslogPaths)).toEqual(shapeOf(field2StatslogPaths));
      // A stats log's size follows from its row count and from its keys' digits.
      const sizes = ({ field2StatslogPaths: logs }: data.CompactionResult) =>
        logs[0]?.binlogs.map(({ logSize }) => logSize);
      expect(sizes(ours)).toEqual(sizes(theirs));
    },
  );
});

describe('files that a real DataNode wrote', () => {
  const watches = Object.values(golden.watches).map((text) => data.ChannelWatchInfo.decode(bytesOf(text)));
  const collections = new Map(
    watches.map(({ vchan, schema: fields }) => [vchan?.collectionID ?? 0n, fields]),
  );

  it.each([...collections])(
    'of collection %s are merged, and their delta logs applied',
    async (collectionID, collection) => {
      if (collection === undefined) throw new Error('the recording has no schema');
      const files = new PlanFixture(collection);
      const segments = new Map<bigint, data.CompactionSegmentBinlogs>();
      const sources = new Map<bigint, Column[]>();
      const deleted = new Map<string, bigint>();
      for (const [key, text] of Object.entries(golden.objects)) {
        const log = parseLogObjectKey('files', key);
        if (log === undefined || log.collectionID !== collectionID) continue;
        await files.objects.put(key, [bytesOf(text)]);
        const { segmentID } = log;
        const source = segments.get(segmentID) ?? data.CompactionSegmentBinlogs.fromPartial({ segmentID });
        segments.set(segmentID, source);
        const entry = data.Binlog.fromPartial({ logPath: key });
        if (log.kind === 'insert') source.fieldBinlogs.push({ fieldID: log.fieldID, binlogs: [entry] });
        if (log.kind !== 'delta') continue;
        source.deltalogs.push({ fieldID: 0n, binlogs: [entry] });
        for (const { primaryKey, timestamp } of decodeDeltaLog(bytesOf(text)).deletes)
          deleted.set(Buffer.from(primaryKeyBytes(primaryKey)).toString('hex'), timestamp);
      }
      for (const { fieldBinlogs } of segments.values())
        for (const { fieldID, binlogs } of fieldBinlogs)
          sources.set(fieldID, [
            ...(sources.get(fieldID) ?? []),
            decodeInsertLog(bytesOf(golden.objects[binlogs[0]?.logPath ?? ''])).column,
          ]);
      const plan = data.CompactionPlan.fromPartial({
        planID: 1n,
        type: data.CompactionType.MixCompaction,
        timetravel: (1n << 63n) - 1n,
        segmentBinlogs: [...segments.values()],
      });
      const result = await executePlan({ ...files.world(), collectionID }, plan);

      const all = new Map(
        collection.fields.map((field) => {
          const builder = new ColumnBuilder(fieldShape(field));
          for (const column of sources.get(field.fieldID) ?? []) builder.appendColumn(column);
          return [field.fieldID, builder.view()] as const;
        }),
      );
      const of = (fieldID: bigint) =>
        all.get(fieldID) ?? new ColumnBuilder({ dataType: 'bool', width: 1 }).view();
      const keys = of(100n);
      const times = Buffer.from(of(1n).values);
      const hexKeys =
        keys.dataType === 'varchar'
          ? Array.from(stringsOf(keys), (utf8) => Buffer.from(utf8).toString('hex'))
          : Array.from({ length: keys.rows }, (_, row) =>
              Buffer.from(keys.values).toString('hex', 8 * row, 8 * row + 8),
            );
      const kept = [...hexKeys.keys()].filter(
        (row) => (deleted.get(hexKeys[row] ?? '') ?? 0n) < times.readBigUInt64LE(8 * row),
      );
      expect(hexKeys).toHaveLength(100);
      expect(deleted.size).toBe(3);
      expect(result.numOfRows).toBe(97n);
      const rows = Uint32Array.from(kept);
      const picked = new Map(
        Array.from(all, ([fieldID, column]) => [fieldID, pickRows(column, rows)] as const),
      );
      const wanted = sortByRowID(picked, picked.get(0n) ?? keys);
      for (const { fieldID, binlogs } of result.insertLogs) {
        const { column } = decodeInsertLog(await files.objects.get(binlogs[0]?.logPath ?? ''));
        expect(Buffer.from(column.values).equals(wanted.get(fieldID)?.values ?? Buffer.alloc(0))).toBe(true);
      }
      expect(result.insertLogs).toHaveLength(collection.fields.length);
    },
  );
});
