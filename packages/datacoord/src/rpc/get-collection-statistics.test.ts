import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectionID } from '../testing/harness.ts';
import { ReadingScene } from '../testing/reading-scene.ts';

describe('GetCollectionStatistics', () => {
  let scene: ReadingScene;
  beforeEach(async () => {
    scene = await ReadingScene.start();
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
});
