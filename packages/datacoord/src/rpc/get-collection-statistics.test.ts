import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectionID } from '../testing/harness.ts';
import { expectSameAfterRestart, oneUnsaved, type TwoSegments } from '../testing/two-segments.ts';

describe('GetCollectionStatistics', () => {
  let scene: TwoSegments;
  beforeEach(async () => {
    scene = await oneUnsaved();
  });
  afterEach(() => scene.end());

  const rows = async (id: bigint) =>
    (await scene.cluster.call.getCollectionStatistics({ collectionID: id })).stats;

  it('counts rows that are saved, and those of dropped segments no more', async () => {
    expect(await rows(collectionID)).toEqual([{ key: 'row_count', value: '10' }]);
    await scene.cluster.call.markSegmentsDropped({ segmentIds: [scene.flushed] });
    expect(await rows(collectionID)).toEqual([{ key: 'row_count', value: '0' }]);
  });

  it('counts none of a collection that nobody knows', async () => {
    expect(await rows(5n)).toEqual([{ key: 'row_count', value: '0' }]);
  });

  it('is the same after a restart', async () => {
    const { cluster } = scene;
    await expectSameAfterRestart(cluster, () => cluster.call.getCollectionStatistics({ collectionID }));
  });
});
