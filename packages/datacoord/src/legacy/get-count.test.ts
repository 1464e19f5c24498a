import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataServiceScene } from '../testing/data-service-scene.ts';
import { collectionID } from '../testing/harness.ts';

describe('GetCount of the older Data Service', () => {
  let scene: DataServiceScene;
  beforeEach(async () => {
    scene = await DataServiceScene.start();
  });
  afterEach(() => scene.end());

  const rows = async (of: bigint) => (await scene.call.getCount({ collectionID: of })).count;

  it('counts the saved rows of a collection, as a number', async () => {
    await scene.flushed();
    await scene.assign();
    expect(await rows(collectionID)).toBe(10n);
  });

  it('counts none of a collection that nobody knows, nor those of dropped segments', async () => {
    await scene.drop(await scene.flushed());
    expect(await rows(collectionID)).toBe(0n);
    expect(await rows(5n)).toBe(0n);
  });

  it('is the same after a restart', async () => {
    await scene.flushed();
    await scene.restart();
    expect(await rows(collectionID)).toBe(10n);
  });
});
