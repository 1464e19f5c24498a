import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RangeOptions } from '../../meta-store.ts';
import { keyRange, prefixRange } from './key-range.ts';

const text = fc.string({ unit: 'binary', maxLength: 4 });
const zero = Buffer.from([0]);

function holds(range: ReturnType<typeof keyRange>, key: string): boolean {
  if (range === undefined) return false;
  const bytes = Buffer.from(key);
  const unbounded = range.rangeEnd.equals(zero);
  return Buffer.compare(bytes, range.key) >= 0 && (unbounded || Buffer.compare(bytes, range.rangeEnd) < 0);
}

describe('keyRange', () => {
  it('covers exactly the keys with the prefix', () => {
    const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(text, key, (prefix, other) => {
        for (const candidate of [other, `${prefix}${other}`])
          expect(holds(prefixRange(prefix), candidate)).toBe(candidate.startsWith(prefix));
      }),
    );
  });

  it('covers exactly the keys behind `after` and before `before`', () => {
    const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 3 });
    const bounds = fc.record({ prefix: text, after: text, before: key }, { requiredKeys: ['prefix'] });
    fc.assert(
      fc.property(bounds, key, (options: RangeOptions, suffix) => {
        const { prefix, after, before } = options;
        for (const candidate of [suffix, `${prefix}${suffix}`]) {
          const bytes = Buffer.from(candidate);
          const wanted =
            candidate.startsWith(prefix) &&
            (after === undefined || Buffer.compare(bytes, Buffer.from(after)) > 0) &&
            (before === undefined || Buffer.compare(bytes, Buffer.from(before)) < 0);
          expect(holds(keyRange(options), candidate)).toBe(wanted);
        }
      }),
    );
  });

  it('is nothing when the bounds leave no key', () => {
    expect(keyRange({ prefix: 'a', after: 'c' })).toBeUndefined();
    expect(keyRange({ prefix: 'b', before: 'a' })).toBeUndefined();
    expect(keyRange({ prefix: '', before: '' })).toBeUndefined();
  });
});
