import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Column, memorySize } from './column.ts';
import { decodeDeltaLog, encodeDeltaLog } from './delta-log.ts';
import { eventTypes } from './event.ts';
import { readBinlog } from './event-reader.ts';
import { binlogPrefix } from './event-writer.ts';
import { decodeInsertLog } from './insert-log.ts';
import { PrimaryKeyStats } from './primary-key-stats.ts';
import { decodeStatsLog, encodeStatsLog } from './stats-log.ts';
import { valuesOf } from './testing/values-of.ts';

/** Objects that a Milvus 2.2.8 cluster wrote, and the rows that a client had sent. */
const fixtures = join(import.meta.dirname, '..', 'fixtures');

interface GoldenCollection {
  readonly collectionID: string;
  readonly schema: Readonly<Record<string, { readonly fieldID: number; readonly data_type: number }>>;
  readonly deleted: readonly (number | string)[];
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

const collections: Readonly<Record<string, GoldenCollection>> = JSON.parse(
  readFileSync(join(fixtures, 'rows.json'), 'utf8'),
);

function objects(kind: string): readonly string[] {
  return readdirSync(join(fixtures, kind), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Field columns of every segment of a collection. */
function segmentsOf(collectionID: string): ReadonlyMap<string, ReadonlyMap<number, Column>> {
  const segments = new Map<string, Map<number, Column>>();
  for (const path of objects('insert_log')) {
    const log = decodeInsertLog(readFileSync(path));
    if (log.collectionID.toString() !== collectionID) continue;
    const segment = log.segmentID.toString();
    const fields = segments.get(segment) ?? new Map<number, Column>();
    segments.set(segment, fields.set(Number(log.fieldID), log.column));
  }
  return segments;
}

const float32 = (value: unknown): unknown =>
  typeof value === 'number' ? Math.fround(value) : Array.isArray(value) ? value.map(float32) : value;

describe.each(Object.entries(collections))('%s as Milvus 2.2.8 wrote it', (_name, golden) => {
  it('holds the rows the client sent, in insert logs of all fields', () => {
    const fields = Object.entries(golden.schema);
    const pkName = fields.find(([, field]) => field.fieldID === 100)?.[0] ?? '';
    const sent = new Map(
      (golden.columns[pkName] ?? []).map((pk, row) => [
        String(pk),
        fields.map(([name, { data_type }]) => {
          const value = golden.columns[name]?.[row];
          return data_type === 10 || data_type === 101 ? float32(value) : value;
        }),
      ]),
    );
    const read = new Map<string, unknown[]>();
    for (const segment of segmentsOf(golden.collectionID).values()) {
      const columns = fields.map(([, { fieldID }]) => {
        const column = segment.get(fieldID);
        return column === undefined ? [] : valuesOf(column);
      });
      const pks = columns[fields.findIndex(([name]) => name === pkName)] ?? [];
      pks.forEach((pk, row) => {
        read.set(
          String(pk),
          columns.map((column) => column[row]),
        );
      });
    }
    expect(read.size).toBe(100);
    expect(read).toEqual(sent);
  });

  it('has row ids and timestamps in every segment, ids ascending', () => {
    const segments = segmentsOf(golden.collectionID);
    expect(segments.size).toBe(2);
    for (const segment of segments.values()) {
      const rows = new Set(Array.from(segment.values(), (column) => column.rows));
      expect(rows.size).toBe(1);
      const ids = valuesOf(
        segment.get(0) ?? { dataType: 'bool', rows: 0, width: 1, values: new Uint8Array() },
      );
      expect(ids).toEqual([...ids].sort((a, b) => (BigInt(String(a)) < BigInt(String(b)) ? -1 : 1)));
      expect(segment.has(1)).toBe(true);
    }
  });

  it('deletes the keys the client deleted', () => {
    const deleted = objects('delta_log')
      .map((path) => decodeDeltaLog(readFileSync(path)))
      .filter((log) => log.collectionID.toString() === golden.collectionID)
      .flatMap((log) => log.deletes.map((entry) => String(entry.primaryKey)));
    expect(deleted.sort()).toEqual(golden.deleted.map(String).sort());
  });
});

describe('framing', () => {
  it.each(objects('insert_log').map((path) => [path.slice(fixtures.length + 1), path]))(
    '%s: everything before the payload is rebuilt byte for byte',
    (_name, path) => {
      const bytes = readFileSync(path);
      const { descriptor, originalSize, payload } = readBinlog(bytes, eventTypes.insert);
      const prefix = binlogPrefix(descriptor, eventTypes.insert, originalSize, payload.length);
      expect(Buffer.from(prefix)).toEqual(bytes.subarray(0, bytes.length - payload.length));
      expect(memorySize(decodeInsertLog(bytes).column)).toBe(originalSize);
      expect(basename(dirname(path))).toBe(descriptor.fieldID.toString());
    },
  );

  it.each(objects('delta_log').map((path) => [path.slice(fixtures.length + 1), path]))(
    '%s: the framing of our own file differs in its payload length alone',
    (_name, path) => {
      const bytes = readFileSync(path);
      const golden = decodeDeltaLog(bytes);
      const { payload, originalSize } = readBinlog(bytes, eventTypes.delete);
      const ours = Buffer.concat(encodeDeltaLog(golden));
      expect(decodeDeltaLog(ours)).toEqual(golden);
      const oursRead = readBinlog(ours, eventTypes.delete);
      expect(oursRead.originalSize).toBe(originalSize);
      const prefix = binlogPrefix(
        oursRead.descriptor,
        eventTypes.delete,
        oursRead.originalSize,
        payload.length,
      );
      expect(Buffer.from(prefix)).toEqual(bytes.subarray(0, bytes.length - payload.length));
    },
  );
});

describe('stats logs', () => {
  it.each(objects('stats_log').map((path) => [path.slice(fixtures.length + 1), path]))(
    '%s is rebuilt byte for byte from the keys of its segment',
    (_name, path) => {
      const bytes = readFileSync(path);
      const read = decodeStatsLog(bytes);
      expect(Buffer.from(encodeStatsLog(read.fieldID, read)).toString()).toBe(bytes.toString());
      const [segment, collection] = [dirname(dirname(path)), dirname(dirname(dirname(dirname(path))))];
      const pks = segmentsOf(basename(collection)).get(basename(segment))?.get(100);
      if (pks === undefined) throw new Error('segment has no primary keys');
      const stats = new PrimaryKeyStats(pks.dataType === 'varchar' ? 'varchar' : 'int64');
      stats.addColumn(pks);
      expect(Buffer.from(stats.encode(100n)).toString()).toBe(bytes.toString());
    },
  );
});
