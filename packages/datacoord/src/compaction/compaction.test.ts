import { composeTimestamp } from '@millrace/core';
import { common, data } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactingScene, compactingSettings as settings, target } from '../testing/compacting-scene.ts';
import {
  channel,
  collectionID,
  type FakeNode,
  type Harness,
  partitionID,
  positionAt,
} from '../testing/harness.ts';

describe('a compaction', () => {
  let scene: CompactingScene;
  let cluster: Harness;
  let owner: FakeNode;
  let sources: readonly bigint[];

  beforeEach(async () => {
    scene = await CompactingScene.start();
    ({ cluster, owner, sources } = scene);
  });
  afterEach(() => scene.end());

  const deltaKey = (segmentID: bigint, logID: number) =>
    `files/delta_log/${collectionID}/${partitionID}/${segmentID}/${logID}`;

  /** What a node sends that wrote deletes of a flushed segment. */
  async function saveDeletes(node: FakeNode, segmentID: bigint, logID: number): Promise<common.Status> {
    await cluster.objects.put(deltaKey(segmentID, logID), [Buffer.from(`deletes ${logID}`)]);
    return cluster.call.saveBinlogPaths(
      data.SaveBinlogPathsRequest.fromPartial({
        base: { sourceID: node.session.serverID },
        segmentID,
        collectionID,
        deltalogs: [
          { fieldID: 0n, binlogs: [{ entriesNum: 1n, logSize: 10n, logPath: deltaKey(segmentID, logID) }] },
        ],
        checkPoints: [{ segmentID, position: positionAt(composeTimestamp(3_000)), numOfRows: 100n }],
      }),
    );
  }

  const deltasOf = async (segmentID: bigint) =>
    (await cluster.segment(segmentID)).deltalogs.flatMap(({ binlogs }) =>
      binlogs.map(({ logPath }) => logPath),
    );

  const planned = () => scene.planned(owner);
  const resultOf = (plan: data.CompactionPlan, rows?: number) => scene.resultOf(plan, rows);
  const state = (compactionID: bigint) => scene.state(compactionID);
  const finished = (compactionID: bigint) => scene.finished(compactionID);

  it('is planned for the flushed segments of a channel, and told with their logs to the node that has it', async () => {
    const { compactionID, plan } = await planned();
    expect(plan).toMatchObject({ channel, type: data.CompactionType.MixCompaction, totalRows: 200n });
    expect(plan.segmentBinlogs.map(({ segmentID }) => segmentID).sort()).toEqual([...sources].sort());
    expect(plan.segmentBinlogs[0]?.fieldBinlogs).toHaveLength(4);
    expect(await state(compactionID)).toMatchObject({
      state: common.CompactionState.Executing,
      executingPlanNo: 1n,
    });
  });

  it('puts the result in the place of its sources, and says so to the node and to who asks', async () => {
    const { compactionID, plan } = await planned();
    owner.results.set(plan.planID, resultOf(plan));
    await finished(compactionID);
    for (const id of sources) expect((await cluster.segment(id)).state).toBe(common.SegmentState.Dropped);
    expect(await cluster.segment(target)).toMatchObject({
      state: common.SegmentState.Flushed,
      numOfRows: 190n,
      createdByCompaction: true,
      insertChannel: channel,
      startPosition: { timestamp: composeTimestamp(1_000) },
      dmlPosition: { timestamp: composeTimestamp(1_000) },
    });
    expect(owner.swaps).toMatchObject([{ planID: plan.planID, compactedTo: target, numOfRows: 190n }]);
    const { mergeInfos } = await cluster.call.getCompactionStateWithPlans({ compactionID });
    expect(mergeInfos).toMatchObject([{ target }]);
    expect((await cluster.call.getFlushedSegments({ collectionID })).segments).toEqual([target]);
  });

  it('goes on behind a restart, with the plan that its node has', async () => {
    const { compactionID, plan } = await planned();
    await cluster.restart(settings);
    owner.results.set(plan.planID, resultOf(plan));
    await finished(compactionID);
    expect((await cluster.segment(target)).numOfRows).toBe(190n);
    expect(owner.plans.size).toBe(1);
  });

  it('keeps nothing of a result without rows, and drops its sources', async () => {
    const { compactionID, plan } = await planned();
    owner.results.set(plan.planID, resultOf(plan, 0));
    await finished(compactionID);
    for (const id of sources) expect((await cluster.segment(id)).state).toBe(common.SegmentState.Dropped);
    expect((await cluster.call.getFlushedSegments({ collectionID })).segments).toEqual([]);
  });

  it('gives deletes that were saved while the plan ran to the result', async () => {
    const { compactionID, plan } = await planned();
    await saveDeletes(owner, sources[0] ?? 0n, 500);
    owner.results.set(plan.planID, resultOf(plan));
    await finished(compactionID);
    expect(await deltasOf(target)).toEqual([deltaKey(target, 500)]);
    expect(Buffer.from(await cluster.objects.get(deltaKey(target, 500))).toString()).toBe('deletes 500');
  });

  it('gives deletes that are saved for a source behind the swap to the result, once', async () => {
    const { compactionID, plan } = await planned();
    owner.results.set(plan.planID, resultOf(plan));
    await finished(compactionID);
    for (let time = 0; time < 2; time++)
      expect(await saveDeletes(owner, sources[1] ?? 0n, 600)).toEqual({ errorCode: 0, reason: '' });
    expect(await deltasOf(target)).toEqual([deltaKey(target, 600)]);
  });

  it('takes nothing for the result from a node that does not own the channel', async () => {
    const { compactionID, plan } = await planned();
    owner.results.set(plan.planID, resultOf(plan));
    await finished(compactionID);
    const stranger = await cluster.join('b');
    expect(await saveDeletes(stranger, sources[0] ?? 0n, 700)).toEqual({ errorCode: 0, reason: '' });
    expect(await deltasOf(target)).toEqual([]);
  });

  it('is void when a source was dropped meanwhile, and leaves everything else as it was', async () => {
    const { compactionID, plan } = await planned();
    await cluster.call.markSegmentsDropped({ segmentIds: [sources[0] ?? 0n] });
    owner.results.set(plan.planID, resultOf(plan));
    await finished(compactionID);
    expect(await state(compactionID)).toMatchObject({ failedPlanNo: 1n, completedPlanNo: 0n });
    expect((await cluster.segment(sources[1] ?? 0n)).state).toBe(common.SegmentState.Flushed);
    expect((await cluster.call.getFlushedSegments({ collectionID })).segments).toEqual([sources[1]]);
  });

  it('has failed when its node has lost the plan, and can be asked for again', async () => {
    const { compactionID } = await planned();
    await owner.session.close();
    await expect.poll(async () => (await state(compactionID)).failedPlanNo, { timeout: 10_000 }).toBe(1n);
    owner = await cluster.join('b');
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(owner.session.serverID);
    const again = await planned();
    owner.results.set(again.plan.planID, resultOf(again.plan));
    await finished(again.compactionID);
    expect((await cluster.segment(target)).numOfRows).toBe(190n);
  }, 20_000);

  it('tells the next owner of the channel when coordinator and node end right behind the swap', async () => {
    const { compactionID, plan } = await planned();
    const record = (await cluster.store.range({ prefix: cluster.keys.prefix.compactionPlans() })).kvs[0];
    owner.results.set(plan.planID, resultOf(plan));
    await finished(compactionID);
    await cluster.end();
    // As if it had ended between the swap and the word that it is done.
    if (record === undefined) throw new Error('no record');
    await cluster.store.transact({ writes: [{ put: record.key, value: record.value }] });
    await owner.session.close();
    const next = await cluster.join('b');
    await cluster.restart(settings);
    await expect.poll(() => next.swaps.length, { timeout: 10_000 }).toBe(1);
    expect(next.swaps).toMatchObject([
      { compactedTo: target, numOfRows: 190n, statsLogs: [{ fieldID: 100n, binlogs: [{}] }] },
    ]);
    expect(next.swaps[0]?.statsLogs[0]?.binlogs[0]?.logPath).toMatch(/^files\/stats_log\//);
    await finished(compactionID);
  }, 20_000);
});
