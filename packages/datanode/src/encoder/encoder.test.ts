import {
  ColumnBuilder,
  columnShape,
  decodeInsertLog,
  decodeStatsLog,
  encodeStatsLog,
  mayContain,
} from '@millrace/binlog';
import { afterAll, describe, expect, it } from 'vitest';
import type { BinlogEncoder, EncodeTask } from './binlog-encoder.ts';
import { WorkerPoolEncoder } from './drivers/worker-pool.ts';
import { InlineEncoder } from './inline-encoder.ts';

function aTask({ memory }: BinlogEncoder, rows: number): EncodeTask {
  const column = (type: number, write: (builder: ColumnBuilder, row: number) => void, dim = 0) => {
    const builder = new ColumnBuilder(columnShape(type, dim), { memory });
    for (let row = 0; row < rows; row++) write(builder, row);
    return builder.view();
  };
  const bigints = (value: (row: number) => number) =>
    column(5, (builder, row) =>
      builder.appendFixed(new Uint8Array(BigInt64Array.of(BigInt(value(row))).buffer)),
    );
  const vector = column(101, (b, row) => b.appendFixed(new Uint8Array(Float32Array.of(row, 1).buffer)), 2);
  return {
    collectionID: 1n,
    partitionID: 2n,
    segmentID: 3n,
    headerTimestamp: 5n,
    startTimestamp: 1n,
    endTimestamp: 9n,
    primaryKeyFieldID: 100n,
    fields: [
      { fieldID: 100n, dataType: 5, column: bigints((row) => row) },
      { fieldID: 101n, dataType: 21, column: column(21, (b, row) => b.appendString(`row ${row}`)) },
      { fieldID: 102n, dataType: 101, column: vector },
      // Descending: the files must turn the rows round.
      { fieldID: 0n, dataType: 5, column: bigints((row) => rows - row) },
      { fieldID: 1n, dataType: 5, column: bigints((row) => row + 1) },
    ],
  };
}

describe.each<[string, BinlogEncoder]>([
  ['inline', new InlineEncoder()],
  ['two threads', new WorkerPoolEncoder({ workers: 2, compressionLevel: 1 })],
])('binlog encoder, %s', (_, encoder) => {
  afterAll(() => encoder.close());

  it('writes every field, rows in ascending RowID', async () => {
    const rows = 1000;
    const { files } = await encoder.encode(aTask(encoder, rows));
    const columns = files.map((chunks) => decodeInsertLog(Buffer.concat(chunks)).column);
    expect(columns.map((column) => column.rows)).toEqual([rows, rows, rows, rows, rows]);
    const [keys, , , rowIDs] = columns.map(({ values }) => Buffer.from(values));
    expect(rowIDs?.readBigInt64LE(0)).toBe(1n);
    expect(keys?.readBigInt64LE(0)).toBe(BigInt(rows - 1));
    expect(keys?.readBigInt64LE(8 * (rows - 1))).toBe(0n);
  });

  it('tells the keys of the rows, as their stats log does', async () => {
    const { statsLog, summary } = await encoder.encode(aTask(encoder, 1000));
    const read = decodeStatsLog(statsLog);
    for (const stats of [summary, read]) {
      expect([stats.min, stats.max]).toEqual([0n, 999n]);
      expect([mayContain(stats, 500n), mayContain(stats, 1000n)]).toEqual([true, false]);
    }
    expect(read.fieldID).toBe(100n);
    expect(encodeStatsLog(100n, summary)).toEqual(Buffer.from(statsLog));
  });

  it('needs the primary key among the fields', async () => {
    await expect(encoder.encode({ ...aTask(encoder, 1), primaryKeyFieldID: 7n })).rejects.toThrow(
      /no field 7, their primary key/,
    );
  });

  it('keeps tasks apart that run at the same time', async () => {
    const sizes = [1, 50, 3, 700, 2];
    const results = await Promise.all(sizes.map((rows) => encoder.encode(aTask(encoder, rows))));
    const counts = results.map(
      ({ files: [first] }) => decodeInsertLog(Buffer.concat(first ?? [])).column.rows,
    );
    expect(counts).toEqual(sizes);
  });

  it('passes an error on', async () => {
    const task = aTask(encoder, 1);
    const wrong = task.fields.map((field) => ({ ...field, dataType: 10 }));
    await expect(encoder.encode({ ...task, fields: wrong })).rejects.toThrow(/field/);
    expect((await encoder.encode(task)).files).toHaveLength(5);
  });
});
