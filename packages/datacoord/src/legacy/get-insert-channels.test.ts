import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataServiceScene } from '../testing/data-service-scene.ts';
import { channel, collectionID } from '../testing/harness.ts';

describe('GetInsertChannels of the older Data Service', () => {
  let scene: DataServiceScene;
  beforeEach(async () => {
    scene = await DataServiceScene.start();
  });
  afterEach(() => scene.end());

  it('names the virtual channels of a collection that RootCoord knows', async () => {
    expect((await scene.call.getInsertChannels({ collectionID })).values).toEqual([channel]);
  });

  it('refuses a collection that it does not know, with its code', async () => {
    expect(await scene.call.getInsertChannels({ collectionID: 5n })).toEqual({
      values: [],
      status: {
        errorCode: common.ErrorCode.CollectionNotExists,
        reason: "can't find collection: 5",
      },
    });
  });
});
