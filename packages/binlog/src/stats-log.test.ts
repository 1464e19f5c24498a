import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { primaryKeyBytes } from './primary-key.ts';
import { PrimaryKeyStats } from './primary-key-stats.ts';
import { mayContain } from './primary-key-summary.ts';
import { decodeStatsLog } from './stats-log.ts';

function statsOf(keys: readonly (bigint | string)[]): PrimaryKeyStats {
  const stats = new PrimaryKeyStats(typeof keys[0] === 'string' ? 'varchar' : 'int64');
  for (const key of keys) stats.add(primaryKeyBytes(key));
  return stats;
}

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

  it('keeps the range and admits every key, while the batch grows and after a round trip', () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.toWellFormed());
    const batch = fc.oneof(fc.array(int64, { minLength: 1 }), fc.array(text, { minLength: 1 }));
    fc.assert(
      fc.property(batch, (keys) => {
        const stats = statsOf(keys);
        const read = decodeStatsLog(stats.encode(7n));
        const sorted = [...keys].sort((a, b) => {
          if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : 1;
          return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
        });
        expect([read.min, read.max, read.fieldID]).toEqual([sorted[0], sorted.at(-1), 7n]);
        for (const key of keys) expect([stats.mayContain(key), mayContain(read, key)]).toEqual([true, true]);
      }),
      { numRuns: 40 },
    );
  });

  it('denies keys outside its range', () => {
    const stats = statsOf([10n, 20n]);
    expect([stats.mayContain(9n), stats.mayContain(21n)]).toEqual([false, false]);
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
  });
});
