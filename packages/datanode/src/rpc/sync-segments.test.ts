import { common } from '@millrace/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { CompactionScene, eventually, vchannel } from '../testing/compaction-scene.ts';
import { testPartition } from '../testing/write-log.ts';

const { Success, UnexpectedError, NotReadyServe } = common.ErrorCode;

describe('SyncSegments', () => {
  let scene: CompactionScene;
  afterEach(() => scene.stop());

  const segments = () => {
    const [channel] = scene.node.node.channels();
    return [7n, 8n].filter((id) => channel?.segment(id) !== undefined);
  };

  it('refuses a request without sources with the words of the original', async () => {
    scene = await CompactionScene.start();
    expect(await scene.call.syncSegments({ planID: 1n })).toEqual({
      errorCode: UnexpectedError,
      reason: "invalid request, compacted from segments shouldn't be empty",
    });
  });

  it('has nothing to do for sources that are not here, and for the same request again', async () => {
    scene = await CompactionScene.start();
    expect(
      (await scene.call.syncSegments({ compactedTo: 5n, compactedFrom: [4242424242n], numOfRows: 3n }))
        .errorCode,
    ).toBe(Success);
    await scene.flushed(7n, [1n]);
    const plan = scene.plan(90n, [7n]);
    const request = scene.cluster.dataCoord.swap(plan, await scene.compacted(plan));
    for (let times = 0; times < 2; times++)
      expect((await scene.call.syncSegments(request)).errorCode).toBe(Success);
    expect(segments()).toEqual([]);
    expect(scene.node.rows(request.compactedTo)).toBe(1);
  });

  it('puts the target in the place of its sources: later deletes go to it', async () => {
    scene = await CompactionScene.start();
    await scene.flushed(7n, [1n, 2n]);
    await scene.flushed(8n, [3n]);
    const plan = scene.plan(90n, [7n, 8n]);
    const result = await scene.compacted(plan);
    await scene.call.syncSegments(scene.cluster.dataCoord.swap(plan, result));
    expect(segments()).toEqual([]);
    await scene.deleted([3n, 99n]);
    scene.sync(result.segmentID);
    await eventually(async () => expect((await scene.cluster.saved(result.segmentID)).deletes).toEqual([3n]));
    expect(scene.info(result.segmentID)?.numOfRows).toBe(3n);
  });

  it('loses no delete that came between the result and the swap, buffered or on its way', async () => {
    scene = await CompactionScene.start();
    await scene.flushed(7n, [1n, 2n, 3n]);
    const plan = scene.plan(90n, [7n]);
    const result = await scene.compacted(plan);
    const savesBefore = scene.cluster.dataCoord.saves.length;
    await scene.deleted([1n]);
    scene.sync(7n);
    // Its file is there; its save waits for the swap, which may have happened.
    await eventually(async () =>
      expect(
        (await scene.cluster.objects.list({ prefix: 'files/delta_log/441/442/7/' })).objects,
      ).toHaveLength(1),
    );
    await scene.deleted([2n]);
    const request = scene.cluster.dataCoord.swap(plan, result);
    expect(scene.cluster.dataCoord.saves).toHaveLength(savesBefore);
    expect((await scene.call.syncSegments(request)).errorCode).toBe(Success);
    scene.sync(result.segmentID);
    await eventually(async () =>
      expect((await scene.cluster.saved(result.segmentID)).deletes).toEqual([1n, 2n]),
    );
    const delta = scene.info(result.segmentID)?.deltalogs.flatMap(({ binlogs }) => binlogs) ?? [];
    for (const { logPath } of delta) expect(logPath).toMatch(`delta_log/441/442/${result.segmentID}/`);
  });

  it('removes sources that left no rows, and lets go of their deletes', async () => {
    scene = await CompactionScene.start();
    await scene.flushed(7n, [1n]);
    await scene.deleted([1n]);
    scene.sync(7n);
    await eventually(() => expect(scene.info(7n)?.deltalogs[0]?.binlogs).toHaveLength(1));
    const plan = scene.plan(90n, [7n]);
    const result = await scene.compacted(plan);
    await scene.deleted([1n]);
    const request = scene.cluster.dataCoord.swap(plan, result);
    expect((await scene.call.syncSegments(request)).errorCode).toBe(Success);
    expect(segments()).toEqual([]);
    expect(scene.node.node.budget.bytes).toBe(0);
  });

  it('answers the words of the original when the stats logs cannot be read, and works when they can be', async () => {
    scene = await CompactionScene.start();
    await scene.flushed(7n, [1n]);
    const plan = scene.plan(90n, [7n]);
    const request = scene.cluster.dataCoord.swap(plan, await scene.compacted(plan));
    const path = request.statsLogs[0]?.binlogs[0]?.logPath ?? '';
    const stats = await scene.cluster.objects.get(path);
    await scene.cluster.objects.remove(path);
    const answer = await scene.call.syncSegments(request);
    expect(answer.errorCode).toBe(UnexpectedError);
    expect(answer.reason).toMatch(/^init pk stats fail, err=/);
    expect(segments()).toEqual([7n]);
    await scene.cluster.objects.put(path, [stats]);
    expect((await scene.call.syncSegments(request)).errorCode).toBe(Success);
    expect(segments()).toEqual([]);
  });

  it('is made up for when the call was lost', async () => {
    scene = await CompactionScene.start({ compactionResultTtlMs: 300 });
    await scene.flushed(7n, [1n, 2n]);
    const plan = scene.plan(90n, [7n]);
    const result = await scene.compacted(plan);
    await scene.deleted([2n]);
    scene.sync(7n);
    scene.cluster.dataCoord.swap(plan, result);
    await eventually(() => expect(segments()).toEqual([]));
    await eventually(async () => expect((await scene.cluster.saved(result.segmentID)).deletes).toEqual([2n]));
  });

  it('never comes for a channel that was released meanwhile: its next owner reads the waiting deletes again', async () => {
    scene = await CompactionScene.start();
    await scene.flushed(7n, [1n, 2n]);
    const plan = scene.plan(90n, [7n]);
    const result = await scene.compacted(plan);
    await scene.deleted([2n]);
    const request = scene.cluster.dataCoord.swap(plan, result);
    await scene.node.askRelease(vchannel);
    await eventually(() => expect(scene.node.node.channels()).toEqual([]));
    expect((await scene.call.syncSegments(request)).errorCode).toBe(Success);

    const next = scene.cluster.start();
    await next.assign(vchannel);
    await eventually(() => expect(next.node.channels()).toHaveLength(1));
    await scene.writer.tick();
    await eventually(() =>
      expect(next.node.channels()[0]?.segment(result.segmentID)?.deleteStart).toBeDefined(),
    );
    await next.node.drain();
    expect((await scene.cluster.saved(result.segmentID)).deletes).toEqual([2n]);
  });

  it('is not waited for when the collection is dropped', async () => {
    scene = await CompactionScene.start();
    await scene.flushed(7n, [1n]);
    await scene.compacted(scene.plan(90n, [7n]));
    await scene.deleted([1n]);
    scene.sync(7n);
    await scene.writer.dropCollection();
    await scene.writer.tick();
    await eventually(() => expect(scene.cluster.dataCoord.drops).toHaveLength(1));
    expect(scene.cluster.dataCoord.drops[0]?.segments.map(({ segmentID }) => segmentID)).toEqual([7n]);
    await eventually(async () => expect(await scene.states()).toEqual(new Map()));
  });

  it('passes a dropped partition on to the target', async () => {
    scene = await CompactionScene.start();
    await scene.flushed(7n, [1n]);
    const plan = scene.plan(90n, [7n]);
    const result = await scene.compacted(plan);
    await scene.writer.dropPartition(testPartition);
    await scene.consumed(await scene.writer.tick());
    const request = scene.cluster.dataCoord.swap(plan, result);
    expect(scene.info(result.segmentID)?.state).toBe(common.SegmentState.Flushed);
    await scene.call.syncSegments(request);
    await eventually(() => expect(scene.info(result.segmentID)?.state).toBe(common.SegmentState.Dropped));
    expect(scene.node.node.channels()[0]?.segment(result.segmentID)).toBeUndefined();
  });

  it('says that the node does not serve', async () => {
    scene = await CompactionScene.start();
    await scene.node.kill();
    expect((await scene.call.syncSegments({ compactedFrom: [7n] })).errorCode).toBe(NotReadyServe);
  });
});
