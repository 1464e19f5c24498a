import { Unavailable } from '@millrace/core';
import { common } from '@millrace/proto';
import type { GetOptions, ObjectStore } from '@millrace/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { CompactionScene, eventually, vchannel } from '../testing/compaction-scene.ts';

const { Success, UnexpectedError } = common.ErrorCode;

/** A store whose reads wait until they are let through, or given up. */
function gated(inner: ObjectStore) {
  const gate = Promise.withResolvers<void>();
  let waiting = 0;
  const store: ObjectStore = Object.assign(Object.create(inner), {
    get: async (key: string, options: GetOptions = {}) => {
      waiting++;
      options.signal?.addEventListener('abort', () => gate.reject(new Unavailable('given up')), {
        once: true,
      });
      await gate.promise;
      return inner.get(key, options);
    },
  });
  return { store, open: () => gate.resolve(), waiting: () => waiting };
}

describe('Compaction', () => {
  let scene: CompactionScene;
  afterEach(() => scene.stop());

  it('answers at once, merges the segments without their deleted rows, and forgets the plan when it is synced', async () => {
    scene = await CompactionScene.start();
    await scene.flushed(7n, [1n, 2n, 3n]);
    await scene.flushed(8n, [4n, 5n]);
    await scene.deleted([2n, 5n]);
    scene.sync(7n);
    scene.sync(8n);
    await eventually(() => expect(scene.info(8n)?.deltalogs[0]?.binlogs).toHaveLength(1));
    await eventually(() => expect(scene.info(7n)?.deltalogs[0]?.binlogs).toHaveLength(1));

    const plan = scene.plan(90n, [7n, 8n]);
    const result = await scene.compacted(plan);
    expect(result).toMatchObject({ planID: 90n, numOfRows: 3n, channel: vchannel, deltalogs: [] });
    const request = scene.cluster.dataCoord.swap(plan, result);
    expect((await scene.call.syncSegments(request)).errorCode).toBe(Success);
    expect((await scene.cluster.saved(result.segmentID)).keys).toEqual([1n, 3n, 4n]);
    expect(await scene.states()).toEqual(new Map());
  });

  it('refuses a channel that is not here with the words of the original', async () => {
    scene = await CompactionScene.start();
    const refused = { errorCode: UnexpectedError, reason: 'compaction plan illegal' };
    expect(await scene.call.compaction({})).toEqual(refused);
    expect(await scene.call.compaction({ planID: 1n, channel: 'by-dev-rootcoord-dml_9_1v0' })).toEqual(
      refused,
    );
  });

  it('refuses a channel that leaves with the words of the original', async () => {
    scene = await CompactionScene.start();
    await scene.growing(7n, [1n]);
    const plan = scene.plan(90n, [7n]);
    const gate = Promise.withResolvers<undefined>();
    scene.cluster.dataCoord.before = (call) => (call === 'saveBinlogPaths' ? gate.promise : undefined);
    await scene.node.askRelease(vchannel);
    // Its rows are still being saved.
    const refused = { errorCode: UnexpectedError, reason: 'channel marked invalid' };
    await eventually(async () => expect(await scene.call.compaction(plan)).toEqual(refused));
    gate.resolve(undefined);
    await eventually(() => expect(scene.node.node.channels()).toEqual([]));
  });

  it('refuses a segment that still takes rows', async () => {
    scene = await CompactionScene.start();
    await scene.growing(7n, [1n]);
    const answer = await scene.call.compaction(scene.plan(90n, [7n]));
    expect(answer.errorCode).not.toBe(Success);
    expect(answer.reason).toMatch(/segment 7 still takes rows/);
    expect(await scene.states()).toEqual(new Map());
  });

  it('does a plan once, however often it comes', async () => {
    scene = await CompactionScene.start();
    await scene.flushed(7n, [1n]);
    const plan = scene.plan(90n, [7n]);
    const { segmentID } = await scene.compacted(plan);
    expect((await scene.call.compaction(plan)).errorCode).toBe(Success);
    expect((await scene.compacted(plan)).segmentID).toBe(segmentID);
  });

  it('goes on writing rows and flushing other segments meanwhile', async () => {
    let gate: ReturnType<typeof gated> | undefined;
    scene = await CompactionScene.start({}, (inner) => {
      gate = gated(inner);
      return gate.store;
    });
    await scene.flushed(7n, [1n, 2n]);
    const plan = scene.plan(90n, [7n]);
    await scene.call.compaction(plan);
    await eventually(() => expect(gate?.waiting()).toBeGreaterThan(0));
    expect((await scene.states()).get(90n)).toMatchObject({ state: 1 });
    await scene.flushed(8n, [3n, 4n]);
    // Also a delete of its own source: DataCoord carries what is saved before it takes the result.
    await scene.deleted([1n]);
    scene.sync(7n);
    await eventually(() => expect(scene.info(7n)?.deltalogs[0]?.binlogs).toHaveLength(1));
    gate?.open();
    const result = await scene.compacted(plan);
    await scene.call.syncSegments(scene.cluster.dataCoord.swap(plan, result));
    expect(await scene.cluster.saved(result.segmentID)).toMatchObject({ keys: [1n, 2n], deletes: [1n] });
    expect((await scene.cluster.saved(8n)).keys).toEqual([3n, 4n]);
  });

  it('is over when its time is, and when its channel is released', async () => {
    scene = await CompactionScene.start({}, (inner) => gated(inner).store);
    await scene.flushed(7n, [1n]);
    await scene.flushed(8n, [2n]);
    await scene.call.compaction(scene.plan(90n, [7n], { timeoutInSeconds: 1 }));
    await scene.call.compaction(scene.plan(91n, [8n]));
    await eventually(async () => expect([...(await scene.states()).keys()]).toEqual([91n]));
    await scene.node.askRelease(vchannel);
    await eventually(async () => expect(await scene.states()).toEqual(new Map()));
    await eventually(() => expect(scene.node.node.channels()).toEqual([]));
    expect(scene.info(7n)?.state).toBe(common.SegmentState.Flushed);
  });

  it('of damaged files is no longer listed, and its sources go on', async () => {
    scene = await CompactionScene.start();
    await scene.flushed(7n, [1n]);
    const plan = scene.plan(90n, [7n]);
    await scene.cluster.objects.put(plan.segmentBinlogs[0]?.fieldBinlogs[0]?.binlogs[0]?.logPath ?? '', [
      Buffer.from('damage'),
    ]);
    expect((await scene.call.compaction(plan)).errorCode).toBe(Success);
    await eventually(async () => expect(await scene.states()).toEqual(new Map()));
    await scene.deleted([1n]);
    scene.sync(7n);
    await eventually(() => expect(scene.info(7n)?.deltalogs[0]?.binlogs).toHaveLength(1));
  });

  it('is not taken by a node that does not serve', async () => {
    scene = await CompactionScene.start();
    await scene.node.kill();
    expect(await scene.call.compaction({ planID: 1n, channel: vchannel })).toMatchObject({
      errorCode: common.ErrorCode.NotReadyServe,
    });
  });
});
