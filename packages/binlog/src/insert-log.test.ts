import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { type Column, columnOf } from './column.ts';
import { columnShape, dataTypeCodes } from './data-type.ts';
import { eventTypes } from './event.ts';
import { readBinlog } from './event-reader.ts';
import { decodeInsertLog, encodeInsertLog, encodeInsertLogAsync } from './insert-log.ts';
import { type Compress, zstd, zstdAsync } from './parquet/compression.ts';
import { pageBytesMax } from './parquet/plain-pages.ts';
import { arbitraryColumn } from './testing/arbitrary-column.ts';
import { valuesOf } from './testing/values-of.ts';

const ids = {
  collectionID: 441n,
  partitionID: 442n,
  segmentID: 443n,
  fieldID: 100n,
  startTimestamp: 441658480000000000n,
  endTimestamp: 441658480000000002n,
  headerTimestamp: 441658485242880000n,
};

function encode(dataType: number, column: Column, compress?: Compress): Buffer {
  return Buffer.concat(
    encodeInsertLog({ ...ids, dataType, column, ...(compress === undefined ? {} : { compress }) }),
  );
}

/** The same column with its bytes in memory of their own, so that views compare equal. */
const plainly = (column: Column) => ({ ...column, values: Buffer.from(column.values) });

/** Values as hyparquet, an independent reader, sees them; in the notation of `valuesOf`. */
async function independently(file: Uint8Array, dataType: Column['dataType']): Promise<unknown[]> {
  const { payload } = readBinlog(file, eventTypes.insert);
  const bytes = new Uint8Array(payload).buffer;
  const rows = await parquetReadObjects({
    file: bytes,
    metadata: parquetMetadata(bytes),
    compressors: { ZSTD: (page) => zstdDecompressSync(page) },
    utf8: dataType === 'varchar',
  });
  return rows.map(({ val }) => {
    if (typeof val === 'bigint') return val.toString();
    if (!(val instanceof Uint8Array)) return val;
    const bytesOfValue = Buffer.from(val);
    if (dataType === 'binary-vector') return bytesOfValue.toString('hex');
    return Array.from({ length: val.length / 4 }, (_, i) => bytesOfValue.readFloatLE(4 * i));
  });
}

describe('insert log', () => {
  it('is the worked example of the format specification byte for byte', () => {
    const values = new Uint8Array(new BigInt64Array([1n, 2n, 3n]).buffer);
    const column = { dataType: 'int64', rows: 3, width: 8, values } as const;
    const chunks = encodeInsertLog({
      ...ids,
      dataType: 5,
      column,
      createdBy: 'ts-datanode',
      checksums: false,
    });
    expect(Buffer.concat(chunks).toString('hex')).toBe(
      'bcfaff00' +
        '0060f0640d16210600670000006b000000b901000000000000ba01000000000000bb010000000000006400000000000000' +
        '0060702c0c1621060260702c0c1621060500000034101010101010101600000' +
        '07b226f726967696e616c5f73697a65223a223234227d0060f0640d16210601a9000000140100000060702c0c162106' +
        '0260702c0c162106' +
        '504152311500153c153c2c150615001506150600000200000006010100000000000000020000000000000003000000000000001504192c4806736368656d61150200' +
        '15042502180376616c001606191c191c26081c15041925000619180376616c15001606165e165e26080000165e160600280b74732d646174616e6f6465004d00000050415231',
    );
  });

  it.each(['stored', 'zstd'])('gives back every column of every type, %s', (mode) => {
    const compress = mode === 'zstd' ? zstd() : undefined;
    fc.assert(
      fc.property(arbitraryColumn, ({ code, column }) => {
        const read = decodeInsertLog(encode(code, column, compress));
        expect(plainly(read.column)).toEqual(plainly(column));
        expect(read).toMatchObject({ ...ids, dataType: code });
      }),
      { numRuns: 300 },
    );
  });

  it.each(['stored', 'zstd'])('reads a column of fixed width into memory that it is given, %s', (mode) => {
    const compress = mode === 'zstd' ? zstd() : undefined;
    fc.assert(
      fc.property(arbitraryColumn, fc.nat(100), ({ code, column }, more) => {
        const given: Uint8Array[] = [];
        const memory = (bytes: number) => {
          const used = new Uint8Array(bytes + more).fill(0xa5);
          given.push(used);
          return used;
        };
        const read = decodeInsertLog(encode(code, column, compress), { memory });
        expect(plainly(read.column)).toEqual(plainly(column));
        const places = column.dataType === 'varchar' ? [] : [{ buffer: read.column.values.buffer, at: 0 }];
        expect(given.map(({ buffer, byteOffset }) => ({ buffer, at: byteOffset }))).toEqual(places);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['stored', 'zstd'])('means the same to an independent Parquet reader, %s', async (mode) => {
    const compress = mode === 'zstd' ? zstd() : undefined;
    await fc.assert(
      fc.asyncProperty(arbitraryColumn, async ({ code, column }) => {
        expect(await independently(encode(code, column, compress), column.dataType)).toEqual(
          valuesOf(column),
        );
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['float vectors', dataTypeCodes['float-vector'], 64],
    ['bools', dataTypeCodes.bool, 0],
    ['int16', dataTypeCodes.int16, 0],
  ])('cuts long columns of %s into pages that both readers join', async (_name, code, dim) => {
    const shape = columnShape(code, dim);
    const rows = Math.ceil((2.5 * pageBytesMax) / shape.width);
    const values = new Uint8Array(rows * shape.width).map((_, i) =>
      code === 1 ? (i % 3) & 1 : (i * i) % 120,
    );
    const column = columnOf(shape, rows, values);
    const file = encode(code, column, zstd());
    expect(Buffer.compare(decodeInsertLog(file).column.values, values)).toBe(0);
    if (code === dataTypeCodes['float-vector']) {
      expect(await independently(file, column.dataType)).toEqual(valuesOf(column));
    }
  });

  it('cuts long varchar columns between strings, one string per page where it is long', async () => {
    const lengths = [10, pageBytesMax + 5, 0, 700_000, 700_000, 3];
    const parts = lengths.flatMap((length) => {
      const prefix = Buffer.alloc(4);
      prefix.writeUInt32LE(length);
      return [prefix, Buffer.alloc(length, 'x')];
    });
    const column = columnOf({ dataType: 'varchar', width: 0 }, lengths.length, Buffer.concat(parts));
    const file = encode(21, column);
    const read = decodeInsertLog(file).column;
    expect(read.rows).toBe(column.rows);
    expect(Buffer.compare(read.values, column.values)).toBe(0);
    const seen = await independently(file, 'varchar');
    expect(seen.map((text) => (typeof text === 'string' ? text.length : -1))).toEqual(lengths);
  });

  it('compresses what shrinks by an eighth, and stores what does not, without a copy', () => {
    const width = 512;
    const rows = 4096;
    const dense = Buffer.alloc(rows * width);
    for (let at = 0; at < dense.length; at += 4) dense.writeFloatLE(Math.sin(at * at), at);
    const sparse = Buffer.from(dense).fill(0, 0, dense.length);
    for (let at = 0; at < sparse.length; at += 40) sparse.writeFloatLE(Math.sin(at), at);
    const shape = columnShape(dataTypeCodes['float-vector'], width / 4);
    const chunksOf = (values: Buffer) => {
      const column = columnOf(shape, rows, values);
      return encodeInsertLog({ ...ids, dataType: dataTypeCodes['float-vector'], column, compress: zstd() });
    };
    const codecOf = (chunks: readonly Uint8Array[]) => {
      const { payload } = readBinlog(Buffer.concat(chunks), eventTypes.insert);
      return parquetMetadata(new Uint8Array(payload).buffer).row_groups[0]?.columns[0]?.meta_data?.codec;
    };
    expect([codecOf(chunksOf(dense)), codecOf(chunksOf(sparse))]).toEqual(['UNCOMPRESSED', 'ZSTD']);
    const views = chunksOf(dense).filter(({ buffer }) => buffer === dense.buffer);
    expect(views.reduce((sum, { length }) => sum + length, 0)).toBe(dense.length);
    for (const values of [dense, sparse])
      expect(Buffer.compare(decodeInsertLog(Buffer.concat(chunksOf(values))).column.values, values)).toBe(0);
  });

  it('is the same whether pages are compressed on this thread or elsewhere', async () => {
    const column = columnOf(
      columnShape(5),
      1000,
      new Uint8Array(8000).map((_, i) => i),
    );
    const log = { ...ids, dataType: 5, column };
    const chunks = await encodeInsertLogAsync({ ...log, compress: zstdAsync(3) });
    expect(Buffer.concat(chunks)).toEqual(Buffer.concat(encodeInsertLog({ ...log, compress: zstd(3) })));
  });

  it('refuses an empty batch, zero timestamps and a column of another type', () => {
    const column = columnOf(columnShape(5), 1, new Uint8Array(8));
    const log = { ...ids, dataType: 5, column };
    expect(() => encodeInsertLog({ ...log, column: columnOf(columnShape(5), 0, new Uint8Array(0)) })).toThrow(
      /write nothing for an empty batch/,
    );
    expect(() => encodeInsertLog({ ...log, startTimestamp: 0n })).toThrow(/timestamps above 0/);
    expect(() => encodeInsertLog({ ...log, dataType: 11 })).toThrow(/cannot be written from a int64 column/);
  });
});
