import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataServiceScene } from '../testing/data-service-scene.ts';
import { collectionID, partitionID } from '../testing/harness.ts';

describe('ShowSegments of the older Data Service', () => {
  let scene: DataServiceScene;
  beforeEach(async () => {
    scene = await DataServiceScene.start();
  });
  afterEach(() => scene.end());

  const shown = async (collection: bigint, partition = 0n) =>
    (await scene.call.showSegments({ collectionID: collection, partitionID: partition })).segmentIDs;

  it('shows the segments of a collection, or of one of its partitions', async () => {
    const segmentID = await scene.assign();
    expect(await shown(collectionID)).toEqual([segmentID]);
    expect(await shown(collectionID, -1n)).toEqual([segmentID]);
    expect(await shown(collectionID, partitionID)).toEqual([segmentID]);
  });

  it('shows none of a partition or collection that nobody knows', async () => {
    await scene.assign();
    expect(await shown(collectionID, 5n)).toEqual([]);
    expect(await shown(5n)).toEqual([]);
  });

  it('shows what is flushed beside what grows, and not what is dropped, over a restart', async () => {
    const [flushed, dropped] = [await scene.flushed(), await scene.assign()];
    await scene.drop(dropped);
    const growing = await scene.assign();
    expect(await shown(collectionID)).toEqual([flushed, growing]);
    await scene.restart();
    expect(await shown(collectionID)).toEqual([flushed, growing]);
  });
});
