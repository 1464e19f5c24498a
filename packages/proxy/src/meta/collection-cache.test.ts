import type { Clock } from '@millrace/core';
import { milvus, type rootcoord } from '@millrace/proto';
import type { ClientOf } from '@millrace/runtime';
import { describe, expect, it } from 'vitest';
import { aField } from '../testing/a-collection.ts';
import { CollectionCache } from './collection-cache.ts';

function aCache({ keepMs = 1_000, entriesMax = 100 } = {}) {
  const asked: string[] = [];
  let nowMs = 0;
  const rootCoord = {
    describeCollection: async ({ collectionName = '' }) => {
      asked.push(collectionName);
      const errorCode = collectionName === 'missing' ? 4 : 0;
      return milvus.DescribeCollectionResponse.fromPartial({
        status: { errorCode, reason: errorCode === 0 ? '' : `can't find collection: ${collectionName}` },
        schema: { name: collectionName, fields: [aField(100, 'id', 'int64', { isPrimaryKey: true })] },
        collectionID: 441n,
      });
    },
    showPartitions: async () =>
      milvus.ShowPartitionsResponse.fromPartial({
        status: { errorCode: 0 },
        partitionNames: ['_default'],
        partitionIDs: [442n],
      }),
  } as Partial<ClientOf<typeof rootcoord.RootCoordService>> as ClientOf<typeof rootcoord.RootCoordService>;
  const clock = { monotonic: () => nowMs } as Partial<Clock> as Clock;
  const cache = new CollectionCache(rootCoord, clock, { keepMs, entriesMax });
  return { cache, asked, pass: (ms: number) => (nowMs += ms) };
}

describe('the collection cache', () => {
  it('asks once for a while, and again when told that something changed', async () => {
    const { cache, asked, pass } = aCache();
    await Promise.all([cache.get('a'), cache.get('a')]);
    pass(999);
    await cache.get('a');
    expect(asked).toEqual(['a']);
    pass(1);
    await cache.get('a');
    cache.invalidate();
    await cache.get('a');
    expect(asked).toEqual(['a', 'a', 'a']);
  });

  it('keeps a bounded number, the latest asked for', async () => {
    const { cache, asked } = aCache({ entriesMax: 2 });
    for (const name of ['a', 'b', 'c', 'b', 'c', 'a']) await cache.get(name);
    expect(asked).toEqual(['a', 'b', 'c', 'a']);
  });

  it("passes RootCoord's own error on and does not keep it", async () => {
    const { cache, asked } = aCache();
    await expect(cache.get('missing')).rejects.toThrow("can't find collection: missing");
    await expect(cache.get('missing')).rejects.toThrow("can't find collection: missing");
    expect(asked).toEqual(['missing', 'missing']);
  });
});
