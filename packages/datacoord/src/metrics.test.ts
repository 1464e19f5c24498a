import { composeTimestamp } from '@millrace/core';
import { Metrics } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactingScene, compactingSettings } from './testing/compacting-scene.ts';
import { collectionID, type FakeNode, Harness, positionAt, savedBatch } from './testing/harness.ts';

/** A line for each sample whose name begins so. */
async function told(metrics: Metrics, name: string): Promise<string[]> {
  const prefix = `milvus_datacoord_${name}`;
  return (await metrics.text()).split('\n').filter((line) => line.startsWith(prefix));
}

describe('a DataCoord tells Prometheus', () => {
  let cluster: Harness;
  let owner: FakeNode;
  let metrics: Metrics;
  beforeEach(async () => {
    metrics = new Metrics();
    cluster = await Harness.start({}, { metrics });
    owner = await cluster.join('a');
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(owner.session.serverID);
  });
  afterEach(() => cluster.end());

  const save = (segmentID: bigint, logID: number, rows: number, flushed: boolean) =>
    cluster.call.saveBinlogPaths({
      ...savedBatch(owner, segmentID, logID, rows, positionAt(composeTimestamp(1_000))),
      flushed,
    });
  const assigned = async () => (await cluster.assign(10))[0]?.segID ?? 0n;

  it('how many rows were stored: once, when their segment is flushed', async () => {
    const stored = () => told(metrics, 'stored_rows_count');
    expect(await stored()).toEqual(['milvus_datacoord_stored_rows_count 0']);
    const segmentID = await assigned();
    await save(segmentID, 50, 10, false);
    expect(await stored()).toEqual(['milvus_datacoord_stored_rows_count 0']);
    await save(segmentID, 60, 20, true);
    expect(await stored()).toEqual(['milvus_datacoord_stored_rows_count 30']);
    await save(segmentID, 60, 20, true);
    await save(await assigned(), 70, 5, true);
    expect(await stored()).toEqual(['milvus_datacoord_stored_rows_count 35']);
  });

  it('no row again that was stored before a restart, nor one fewer when its segment is dropped', async () => {
    const segmentID = await assigned();
    await save(segmentID, 50, 10, true);
    await cluster.call.markSegmentsDropped({ segmentIds: [segmentID] });
    expect(await told(metrics, 'stored_rows_count')).toEqual(['milvus_datacoord_stored_rows_count 10']);
    await save(await assigned(), 70, 5, true);
    const next = new Metrics();
    await cluster.restart({}, { metrics: next });
    expect(await told(next, 'stored_rows_num')).toEqual(['milvus_datacoord_stored_rows_num 5']);
    expect(await told(next, 'stored_rows_count')).toEqual(['milvus_datacoord_stored_rows_count 0']);
  });

  it('how many log files each segment has, of every kind', async () => {
    const first = await assigned();
    await save(first, 50, 10, false);
    const line = (segmentID: bigint, files: number) =>
      `milvus_datacoord_segment_binlog_file_count{collection_id="${collectionID}",segment_id="${segmentID}"} ${files}`;
    // Four fields and a stats log.
    expect(await told(metrics, 'segment_binlog_file_count')).toEqual([line(first, 5)]);
    await save(first, 60, 20, true);
    const other = await assigned();
    expect(await told(metrics, 'segment_binlog_file_count')).toEqual([line(first, 10), line(other, 0)]);
  });
});

describe('a DataCoord that compacts tells Prometheus', () => {
  let scene: CompactingScene;
  beforeEach(async () => {
    scene = await CompactingScene.start();
  });
  afterEach(() => scene.end());

  it('the bytes of what a compaction made, and its rows as stored', async () => {
    const metrics = new Metrics();
    await scene.cluster.restart(compactingSettings, { metrics });
    const { compactionID, plan } = await scene.planned();
    scene.owner.results.set(plan.planID, scene.resultOf(plan));
    await scene.finished(compactionID);
    const lines = await told(metrics, 'compacted_segment_size');
    // Five logs of 10 bytes.
    expect(lines).toContain('milvus_datacoord_compacted_segment_size_sum 50');
    expect(lines).toContain('milvus_datacoord_compacted_segment_size_count 1');
    expect(lines).toContain('milvus_datacoord_compacted_segment_size_bucket{le="1048576"} 1');
    expect(await told(metrics, 'stored_rows_count')).toEqual(['milvus_datacoord_stored_rows_count 190']);
  });
});
