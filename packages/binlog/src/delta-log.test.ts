import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deleteLine, parseDeleteLine } from './delete-line.ts';
import { decodeDeltaLog, encodeDeltaLog, encodeDeltaLogAsync } from './delta-log.ts';
import { zstd, zstdAsync } from './parquet/compression.ts';

const ids = { collectionID: 1n, partitionID: 2n, segmentID: 3n, headerTimestamp: 441658485242880000n };

const entries = fc.record({
  primaryKey: fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
  ),
  timestamp: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
});

describe('delta log', () => {
  it('writes lines as Milvus does, integers beyond 2^53 exact', () => {
    const line = '{"pk":9007199254740993,"ts":441234567890123456,"pkType":5}';
    const entry = { primaryKey: 9007199254740993n, timestamp: 441234567890123456n };
    expect(parseDeleteLine(Buffer.from(line))).toEqual(entry);
    expect(deleteLine(entry)).toBe(line);
    expect(deleteLine({ primaryKey: 'b<c>&"\u2028\u0001', timestamp: 1n })).toBe(
      '{"pk":"b\\u003cc\\u003e\\u0026\\"\\u2028\\u0001","ts":1,"pkType":21}',
    );
  });

  it('reads the lines of older versions', () => {
    expect(parseDeleteLine(Buffer.from('-5,441'))).toEqual({ primaryKey: -5n, timestamp: 441n });
  });

  it('gives back deletes in order, with their least and greatest timestamp', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entries, { minLength: 1, maxLength: 30 }), async (deletes) => {
        const read = decodeDeltaLog(Buffer.concat(encodeDeltaLog({ ...ids, deletes, compress: zstd() })));
        expect(read.deletes).toEqual(deletes);
        const times = deletes.map(({ timestamp }) => timestamp);
        expect(read).toMatchObject({ ...ids, fieldID: -1n, dataType: 20 });
        expect(times.some((time) => time < read.startTimestamp || time > read.endTimestamp)).toBe(false);
        const elsewhere = await encodeDeltaLogAsync({ ...ids, deletes, compress: zstdAsync() });
        expect(decodeDeltaLog(Buffer.concat(elsewhere))).toEqual(read);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    '',
    '{}',
    '{"pk":1,"ts":2,"pkType":21}',
    '{"pk":1.5,"ts":2,"pkType":5}',
    '9223372036854775808,1',
    '[1',
  ])('refuses the line %j', (line) => {
    expect(() => parseDeleteLine(Buffer.from(line))).toThrow(/delta log/);
  });

  it('is never empty', () => {
    expect(() => encodeDeltaLog({ ...ids, deletes: [] })).toThrow(/at least one/);
  });
});
