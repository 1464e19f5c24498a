import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataServiceScene } from '../testing/data-service-scene.ts';
import { collectionID, partitionID } from '../testing/harness.ts';

describe('GetPartitionStatistics of the older Data Service', () => {
  let scene: DataServiceScene;
  beforeEach(async () => {
    scene = await DataServiceScene.start();
  });
  afterEach(() => scene.end());

  const rows = async (collection: bigint, partition: bigint) =>
    (await scene.call.getPartitionStatistics({ collectionID: collection, partitionID: partition })).stats;
  const counted = (value: string) => [{ key: 'row_count', value }];

  it('counts the saved rows of one partition, as text', async () => {
    await scene.flushed();
    await scene.assign();
    expect(await rows(collectionID, partitionID)).toEqual(counted('10'));
  });

  it('counts none of a partition or collection that nobody knows: no number stands for all', async () => {
    await scene.flushed();
    for (const partition of [5n, 0n, -1n]) expect(await rows(collectionID, partition)).toEqual(counted('0'));
    expect(await rows(5n, partitionID)).toEqual(counted('0'));
  });

  it('is the same after a restart', async () => {
    await scene.flushed();
    await scene.restart();
    expect(await rows(collectionID, partitionID)).toEqual(counted('10'));
  });
});
