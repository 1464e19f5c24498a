import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataServiceScene } from '../testing/data-service-scene.ts';
import { collectionID } from '../testing/harness.ts';

describe('GetCollectionStatistics of the older Data Service', () => {
  let scene: DataServiceScene;
  beforeEach(async () => {
    scene = await DataServiceScene.start();
  });
  afterEach(() => scene.end());

  const rows = async (of: bigint) => (await scene.call.getCollectionStatistics({ collectionID: of })).stats;
  const counted = (value: string) => [{ key: 'row_count', value }];

  it('counts the saved rows of a collection, as text', async () => {
    await scene.flushed();
    await scene.assign();
    expect(await rows(collectionID)).toEqual(counted('10'));
  });

  it('counts none of a collection that nobody knows, nor those of dropped segments', async () => {
    await scene.drop(await scene.flushed());
    expect(await rows(collectionID)).toEqual(counted('0'));
    expect(await rows(5n)).toEqual(counted('0'));
  });

  it('is the same after a restart', async () => {
    await scene.flushed();
    await scene.restart();
    expect(await rows(collectionID)).toEqual(counted('10'));
  });
});
