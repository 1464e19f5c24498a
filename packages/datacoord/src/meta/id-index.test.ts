import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IDIndex } from './id-index.ts';

describe('IDIndex', () => {
  it('has what was added and not removed, and not much else', () => {
    const step = fc.record({ add: fc.boolean(), key: fc.nat(2), id: fc.bigInt({ min: 0n, max: 30n }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const index = new IDIndex<number>();
        const model = new Map<number, Set<bigint>>();
        for (const { add, key, id } of steps) {
          const ids = model.get(key) ?? new Set();
          model.set(key, ids);
          if (add === ids.has(id)) continue;
          if (add) {
            ids.add(id);
            index.add(key, id);
          } else {
            ids.delete(id);
            index.remove(key, id);
          }
        }
        for (const [key, ids] of model) {
          const listed = index.of(key);
          expect(new Set(listed).size).toBe(listed.length);
          expect(new Set(listed.filter((id) => ids.has(id)))).toEqual(ids);
          expect(listed.length).toBeLessThanOrEqual(ids.size * 2);
        }
      }),
    );
  });
});
