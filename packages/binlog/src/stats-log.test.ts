import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ColumnBuilder } from './column-builder.ts';
import { columnShape, dataTypeCodes } from './data-type.ts';
import { GrowingKeys } from './growing-keys.ts';
import { primaryKeyBytes } from './primary-key.ts';
import { PrimaryKeyStats, summarizeKeys } from './primary-key-stats.ts';
import { mayContain } from './primary-key-summary.ts';
import { decodeStatsLog, encodeStatsLog } from './stats-log.ts';

function statsOf(keys: readonly (bigint | string)[]): PrimaryKeyStats {
  const stats = new PrimaryKeyStats(typeof keys[0] === 'string' ? 'varchar' : 'int64');
  for (const key of keys) stats.add(primaryKeyBytes(key));
  return stats;
}

function columnOfKeys(keys: readonly (bigint | string)[]) {
  const type = typeof keys[0] === 'string' ? 'varchar' : 'int64';
  const builder = new ColumnBuilder(columnShape(dataTypeCodes[type]));
  for (const key of keys) {
    if (typeof key === 'string') builder.appendString(key);
    else builder.appendFixed(primaryKeyBytes(key));
  }
  return { type, column: builder.view() } as const;
}

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.toWellFormed());
const someKeys = fc.oneof(fc.array(int64, { minLength: 1 }), fc.array(text, { minLength: 1 }));

describe('stats log', () => {
  it('has the published bytes', () => {
    expect(Buffer.from(statsOf([1n, 2n, 3n]).encode(100n)).toString()).toBe(
      '{"fieldID":100,"max":0,"min":0,"bf":{"m":34,"k":8,"b":"AAAAAAAAACIAAAADcV1R3A=="},"pkType":5,"maxPk":3,"minPk":1}',
    );
    expect(Buffer.from(statsOf(['a', 'b<c>&']).encode(100n)).toString()).toBe(
      '{"fieldID":100,"max":0,"min":0,"bf":{"m":23,"k":8,"b":"AAAAAAAAABcAAAAAAHTUKw=="},"pkType":21,' +
        '"maxPk":"b\\u003cc\\u003e\\u0026","minPk":"a"}',
    );
  });

  it('keeps the range and admits every key after a round trip', () => {
    fc.assert(
      fc.property(someKeys, (keys) => {
        const read = decodeStatsLog(statsOf(keys).encode(7n));
        const sorted = [...keys].sort((a, b) => {
          if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : 1;
          return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
        });
        expect([read.min, read.max, read.fieldID]).toEqual([sorted[0], sorted.at(-1), 7n]);
        for (const key of keys) expect(mayContain(read, key)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('is the same of a whole column as of keys that come one by one', () => {
    fc.assert(
      fc.property(someKeys, (keys) => {
        const { type, column } = columnOfKeys(keys);
        expect(encodeStatsLog(7n, summarizeKeys(type, column))).toEqual(statsOf(keys).encode(7n));
      }),
      { numRuns: 40 },
    );
  });

  it('takes the range of files older than pkType from min and max', () => {
    const bf = '{"m":34,"k":8,"b":"AAAAAAAAACIAAAADcV1R3A=="}';
    expect(decodeStatsLog(Buffer.from(`{"fieldID":100,"max":3,"min":1,"bf":${bf}}`))).toMatchObject({
      min: 1n,
      max: 3n,
    });
  });

  it('refuses an empty batch', () => {
    expect(() => new PrimaryKeyStats('int64').encode(1n)).toThrow(/empty batch/);
    const { type, column } = columnOfKeys([]);
    expect(() => summarizeKeys(type, column)).toThrow(/empty batch/);
  });
});

describe('keys of a batch in the making', () => {
  it('are all admitted, however they came in', () => {
    fc.assert(
      fc.property(someKeys, fc.nat(), (keys, cut) => {
        const at = cut % keys.length;
        const { type, column } = columnOfKeys(keys.slice(at));
        const growing = new GrowingKeys(type);
        if (at > 0) growing.add(columnOfKeys(keys.slice(0, at)).column);
        growing.add(column);
        for (const key of keys) expect(growing.mayContain(key)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('deny keys outside their range, and all keys before the first', () => {
    const growing = new GrowingKeys('int64');
    expect(growing.mayContain(9n)).toBe(false);
    growing.add(columnOfKeys([10n, 20n]).column);
    expect([growing.mayContain(9n), growing.mayContain(21n)]).toEqual([false, false]);
  });
});
