import { silentLogger, Unavailable, watchStates } from '@millrace/core';
import { common, data, milvus } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { describe, expect, it } from 'vitest';
import { channel, collectionID, collectionSchema, Harness } from '../testing/harness.ts';
import type { Assignment } from './channel-table.ts';
import { DropCheck } from './drop-check.ts';

describe('a channel whose collection RootCoord does not know', () => {
  it('is released, forgotten and not taken up again by an assignment of rows', async () => {
    const cluster = await Harness.start({ dropCheckMs: 30 });
    try {
      await cluster.join('a');
      const lost = 'by-dev-rootcoord-dml_1_5v0';
      await cluster.watch();
      await cluster.call.watchChannels({ collectionID: 5n, channelNames: [lost], schema: collectionSchema });
      for (const of of [channel, lost]) await cluster.acknowledge(data.ChannelWatchState.WatchSuccess, of);
      await expect
        .poll(async () => (await cluster.watchInfo(lost))?.info.state)
        .toBe(watchStates['to-release']);
      await cluster.acknowledge(data.ChannelWatchState.ReleaseSuccess, lost);
      await expect.poll(() => cluster.watchInfo(lost)).toBeUndefined();
      await cluster.call.assignSegmentId({
        segmentIDRequests: [
          data.SegmentIDRequest.fromPartial({
            count: 1,
            channelName: lost,
            collectionID: 5n,
            partitionID: 6n,
          }),
        ],
      });
      expect(await cluster.watchInfo(lost)).toBeUndefined();
      expect((await cluster.watchInfo())?.info.state).toBe(watchStates['watch-success']);
    } finally {
      await cluster.end();
    }
  });

  const { CollectionNotExists, UnexpectedError } = common.ErrorCode;

  function world(describe: () => Promise<milvus.DescribeCollectionResponse>, listed: bigint[] = []) {
    const dropped: string[] = [];
    const assignment = { channel, collectionID } as Assignment;
    const check = new DropCheck({
      rootCoord: {
        showCollections: async () =>
          milvus.ShowCollectionsResponse.fromPartial({ status: {}, collectionIds: listed }),
        describeCollectionInternal: describe,
      },
      channels: { assignments: () => [assignment], drop: (name) => dropped.push(name) },
      collections: { forget() {} },
      clock: realClock,
      log: silentLogger,
      intervalMs: 1_000,
    });
    return { check, dropped };
  }
  const answer = (errorCode: common.ErrorCode, reason: string) => async () =>
    milvus.DescribeCollectionResponse.fromPartial({ status: { errorCode, reason } });

  it.each([
    [CollectionNotExists, 'gone'],
    [UnexpectedError, "can't find collection: 449"],
  ])('is given up at the second answer in a row, not at the first: code %i', async (code, reason) => {
    const { check, dropped } = world(answer(code, reason));
    await check.check();
    expect(dropped).toEqual([]);
    await check.check();
    expect(dropped).toEqual([channel]);
  });

  it('is kept while RootCoord cannot say: it is away, or starts', async () => {
    for (const describe of [
      () => Promise.reject(new Unavailable('away')),
      answer(UnexpectedError, 'sate code: Initializing'),
    ]) {
      const { check, dropped } = world(describe);
      for (let round = 0; round < 3; round++) await expect(check.check()).rejects.toThrow();
      expect(dropped).toEqual([]);
    }
  });

  it('is kept while its collection is created or dropped, known but not listed', async () => {
    const { check, dropped } = world(async () =>
      milvus.DescribeCollectionResponse.fromPartial({ status: {}, schema: collectionSchema }),
    );
    for (let round = 0; round < 3; round++) await check.check();
    expect(dropped).toEqual([]);
  });
});
