import { Exhausted, Invalid } from '@millrace/core';
import { milvus, type schema } from '@millrace/proto';
import { describe, expect, it } from 'vitest';
import { insertBytes } from './request-bytes.ts';
import { WriteBudget } from './write-budget.ts';

const never = async () => {
  throw new Error('a refused write ran');
};

describe('the write budget', () => {
  it('refuses a request above the limit', async () => {
    const budget = new WriteBudget({ requestBytesMax: 10_000, inFlightBytesMax: 50_000 });
    await expect(budget.run(10_001, never)).rejects.toThrow(Invalid);
    expect(await budget.run(10_000, async () => 'written')).toBe('written');
  });

  it('refuses what does not fit beside the writes under way, and takes it once one has ended, well or not', async () => {
    const budget = new WriteBudget({ requestBytesMax: 10_000, inFlightBytesMax: 15_000 });
    const first = Promise.withResolvers<string>();
    const running = budget.run(10_000, () => first.promise);
    await expect(budget.run(6_000, never)).rejects.toThrow(Exhausted);
    expect(await budget.run(5_000, async () => 'small')).toBe('small');
    first.reject(new Error('the log is gone'));
    await expect(running).rejects.toThrow('the log is gone');
    expect(await budget.run(10_000, async () => 'next')).toBe('next');
  });

  it('counts tiny requests too', async () => {
    const budget = new WriteBudget({ requestBytesMax: 10_000, inFlightBytesMax: 10_000 });
    const held = Promise.withResolvers<void>();
    const running = [1, 2].map(() => budget.run(1, () => held.promise));
    await expect(budget.run(1, never)).rejects.toThrow(Exhausted);
    held.resolve();
    await Promise.all(running);
  });
});

describe('the bytes of an insert', () => {
  it('count the rows it claims before anything is made for them', () => {
    expect(insertBytes(milvus.InsertRequest.fromPartial({ numRows: 4_000_000_000 }))).toBe(64_000_000_000);
  });

  it('are those of its values', () => {
    const scalar = (data: schema.ScalarField['data']) => ({
      field: { $case: 'scalars' as const, value: { data } },
    });
    const vector = { $case: 'floatVector' as const, value: { data: [1, 2, 3, 4] } };
    const fieldsData = [
      scalar({ $case: 'longData', value: { data: [1n, 2n] } }),
      scalar({ $case: 'stringData', value: { data: ['é', ''] } }),
      { field: { $case: 'vectors' as const, value: { dim: 2n, data: vector } } },
    ];
    expect(insertBytes(milvus.InsertRequest.fromPartial({ numRows: 2, fieldsData }))).toBe(32 + 16 + 2 + 16);
  });
});
