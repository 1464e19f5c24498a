import {
  type Column,
  ColumnBuilder,
  type DeleteEntry,
  decodeInsertLog,
  encodeDeltaLog,
  encodeInsertLog,
  fieldShape,
  type PrimaryKey,
  stringsOf,
} from '@millrace/binlog';
import { Semaphore, seededRandom, silentLogger, type UniqueID } from '@millrace/core';
import { data, schema } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { deltaLogKey, insertLogKey, MemoryObjectStore, type ObjectStore } from '@millrace/storage';
import { MemoryStream } from '@millrace/stream';
import type { PlanWorld } from '../compaction/plan-world.ts';
import { MemoryBudget } from '../memory-budget.ts';
import { silentMeter } from '../node-meter.ts';
import { StreamPacks } from '../pipeline/stream-packs.ts';
import { type DataNodeSettings, defaultDataNodeSettings } from '../settings.ts';
import { FakeDataCoord, FakeRootCoord } from './fake-coordinators.ts';
import { strictEncoder } from './spoiled-memory.ts';
import { testCollection, testPartition } from './write-log.ts';

const { DataType } = schema;

/** A collection with an int64 or a varchar key, a small vector, and the system fields. */
export function keyedSchema(key: 'int64' | 'varchar'): schema.CollectionSchema {
  const text = [{ key: 'max_length', value: '64' }];
  return schema.CollectionSchema.fromPartial({
    name: 'compacted',
    fields: [
      key === 'int64'
        ? { fieldID: 100n, name: 'pk', isPrimaryKey: true, dataType: DataType.Int64 }
        : { fieldID: 100n, name: 'pk', isPrimaryKey: true, dataType: DataType.VarChar, typeParams: text },
      { fieldID: 101n, name: 'flag', dataType: DataType.Bool },
      {
        fieldID: 102n,
        name: 'vector',
        dataType: DataType.FloatVector,
        typeParams: [{ key: 'dim', value: '2' }],
      },
      { fieldID: 0n, name: 'RowID', dataType: DataType.Int64 },
      { fieldID: 1n, name: 'Timestamp', dataType: DataType.Int64 },
    ],
  });
}

export interface PlainRow {
  readonly key: PrimaryKey;
  readonly rowID: bigint;
  readonly timestamp: bigint;
}

/** Segments in object storage and plans over them. */
export class PlanFixture {
  readonly objects = new MemoryObjectStore({ clock: realClock });
  readonly rootCoord = new FakeRootCoord();
  readonly budget: MemoryBudget;
  readonly schema: schema.CollectionSchema;
  private readonly settings: DataNodeSettings;
  private logID = 1n;

  constructor(collection: schema.CollectionSchema, settings: Partial<DataNodeSettings> = {}) {
    this.schema = collection;
    this.settings = { ...defaultDataNodeSettings, ...settings };
    const { memoryBytesMax, memoryHighMark, syncBytesMax } = this.settings;
    this.budget = new MemoryBudget(memoryBytesMax, memoryHighMark, syncBytesMax);
  }

  world(
    signal: AbortSignal = new AbortController().signal,
    objectStore: ObjectStore = this.objects,
  ): PlanWorld {
    const stream = new MemoryStream();
    const node = {
      nodeID: 5n,
      meter: silentMeter,
      settings: this.settings,
      clock: realClock,
      random: seededRandom(1),
      log: silentLogger,
      rootCoord: this.rootCoord.calls,
      dataCoord: new FakeDataCoord().calls,
      objectStore,
      stream,
      packs: new StreamPacks({ stream, log: silentLogger }),
      encoder: strictEncoder(),
      budget: this.budget,
      uploads: new Semaphore(this.settings.ioConcurrency),
    };
    return { node, collectionID: testCollection, schema: this.schema, signal, timeoutMs: 10_000 };
  }

  /** Writes a segment of these batches and delta logs; what a plan says of it. */
  async segment(
    segmentID: UniqueID,
    batches: readonly (readonly PlainRow[])[],
    deltas: readonly (readonly DeleteEntry[])[] = [],
  ): Promise<data.CompactionSegmentBinlogs> {
    const owner = { collectionID: testCollection, partitionID: testPartition, segmentID };
    const fieldBinlogs = this.schema.fields.map(({ fieldID }) => data.FieldBinlog.fromPartial({ fieldID }));
    for (const rows of batches) {
      for (const [at, field] of this.schema.fields.entries()) {
        const key = insertLogKey('files', { ...owner, fieldID: field.fieldID, logID: this.logID++ });
        const descriptor = { fieldID: field.fieldID, dataType: field.dataType, headerTimestamp: 1n };
        const range = { startTimestamp: 1n, endTimestamp: 2n };
        const column = columnOfRows(field, rows);
        await this.objects.put(key, encodeInsertLog({ ...owner, ...descriptor, ...range, column }));
        fieldBinlogs[at]?.binlogs.push(
          data.Binlog.fromPartial({ logPath: key, entriesNum: BigInt(rows.length) }),
        );
      }
    }
    const deltalogs = data.FieldBinlog.fromPartial({});
    for (const deletes of deltas.filter(({ length }) => length > 0)) {
      const key = deltaLogKey('files', { ...owner, logID: this.logID++ });
      await this.objects.put(key, encodeDeltaLog({ ...owner, deletes, headerTimestamp: 1n }));
      deltalogs.binlogs.push(data.Binlog.fromPartial({ logPath: key }));
    }
    return data.CompactionSegmentBinlogs.fromPartial({ segmentID, fieldBinlogs, deltalogs: [deltalogs] });
  }

  /** The rows of a result, file by file, read back field by field. */
  async rowsOf(result: data.CompactionResult): Promise<PlainRow[][]> {
    const first = result.insertLogs[0]?.binlogs.length ?? 0;
    const files: PlainRow[][] = [];
    for (let at = 0; at < first; at++) {
      const columns = new Map<bigint, Column>();
      for (const { fieldID, binlogs } of result.insertLogs)
        columns.set(fieldID, decodeInsertLog(await this.objects.get(binlogs[at]?.logPath ?? '')).column);
      files.push(rowsOfColumns(columns));
    }
    return files;
  }
}

/** The vector of a row is made of its RowID, so that columns that slip against each other show. */
const vectorOf = ({ rowID }: Pick<PlainRow, 'rowID'>) => Float32Array.of(Number(rowID % 1000n), 0.5);

function columnOfRows(field: schema.FieldSchema, rows: readonly PlainRow[]): Column {
  const builder = new ColumnBuilder(fieldShape(field));
  const long = (value: bigint) => builder.appendFixed(new Uint8Array(BigInt64Array.of(value).buffer));
  for (const row of rows) {
    if (field.fieldID === 101n) builder.appendFixed(Uint8Array.of(Number(row.rowID & 1n)));
    else if (field.fieldID === 102n) builder.appendFixed(new Uint8Array(vectorOf(row).buffer));
    else if (field.fieldID === 0n) long(row.rowID);
    else if (field.fieldID === 1n) long(row.timestamp);
    else if (typeof row.key === 'string') builder.appendString(row.key);
    else long(row.key);
  }
  return builder.view();
}

function rowsOfColumns(columns: ReadonlyMap<bigint, Column>): PlainRow[] {
  const bytes = (fieldID: bigint) => Buffer.from(columns.get(fieldID)?.values ?? []);
  const [rowIDs, timestamps, flags, vectors] = [bytes(0n), bytes(1n), bytes(101n), bytes(102n)];
  const keys = columns.get(100n);
  const texts =
    keys?.dataType === 'varchar' ? Array.from(stringsOf(keys), (utf8) => Buffer.from(utf8).toString()) : [];
  return Array.from({ length: keys?.rows ?? 0 }, (_, row) => {
    const rowID = rowIDs.readBigInt64LE(8 * row);
    const [x] = vectorOf({ rowID });
    if (flags[row] !== Number(rowID & 1n) || vectors.readFloatLE(8 * row) !== x)
      throw new Error(`row ${rowID} was mixed up with another`);
    const key = texts[row] ?? bytes(100n).readBigInt64LE(8 * row);
    return { key, rowID, timestamp: timestamps.readBigUInt64LE(8 * row) };
  });
}
