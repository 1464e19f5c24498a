import { segmentStates } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { segmentWrites } from '../meta/catalog.ts';
import { Harness } from '../testing/harness.ts';
import { aSegment } from '../testing/segments.ts';

describe('GcConfirm', () => {
  let cluster: Harness;
  beforeAll(async () => {
    cluster = await Harness.start();
    const segments = [
      aSegment(1n, { collectionID: 120n, partitionID: 30n }),
      aSegment(2n, { collectionID: 120n, partitionID: 41n, state: segmentStates.dropped, droppedAt: 1n }),
    ];
    for (const segment of segments)
      await cluster.store.transact({ writes: segmentWrites(cluster.keys, undefined, segment) });
    await cluster.restart();
  });
  afterAll(() => cluster.end());

  const finished = async (collectionId: bigint, partitionId = -1n) => {
    const { status, gcFinished } = await cluster.call.gcConfirm({ collectionId, partitionId });
    expect(status?.errorCode).toBe(0);
    return gcFinished;
  };

  it('is false while a collection has a segment, a dropped one too', async () => {
    expect(await finished(120n)).toBe(false);
  });

  it('is asked of one partition or, with -1, of all', async () => {
    expect(await finished(120n, 30n)).toBe(false);
    expect(await finished(120n, 41n)).toBe(false);
    expect(await finished(120n, 42n)).toBe(true);
  });

  it('is true of a collection nobody knows, and of an empty request', async () => {
    expect(await finished(4_242_424_242n)).toBe(true);
    expect((await cluster.call.gcConfirm({})).gcFinished).toBe(true);
  });

  it('does not take an id for another that begins with the same digits', async () => {
    expect(await finished(12n)).toBe(true);
    expect(await finished(1200n)).toBe(true);
    expect(await finished(120n, 3n)).toBe(true);
    expect(await finished(120n, 4n)).toBe(true);
  });
});
