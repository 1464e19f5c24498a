import { composeTimestamp } from '@millrace/core';
import { listAll, MemoryObjectStore } from '@millrace/storage';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  channel,
  collectionID,
  type FakeNode,
  Harness,
  partitionID,
  positionAt,
  savedBatch,
} from '../testing/harness.ts';

const settings = { gcIntervalMs: 20, gcDropToleranceMs: 0, gcMissingToleranceMs: 86_400_000 };
const savedMs = 1_000;

describe('the garbage collector', () => {
  let cluster: Harness;
  let owner: FakeNode;
  let segmentID: bigint;

  beforeEach(async () => {
    cluster = await Harness.start(settings);
    owner = await cluster.join('a');
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(owner.session.serverID);
    segmentID = await flushedSegment(100);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await cluster.end();
  });

  const key = (kind: string, segment: bigint, field: bigint, logID: bigint) =>
    `files/${kind}/${collectionID}/${partitionID}/${segment}/${field}/${logID}`;

  /** With its objects, as a node has written them. */
  async function flushedSegment(logID: number): Promise<bigint> {
    const id = (await cluster.assign(100))[0]?.segID ?? 0n;
    const batch = savedBatch(owner, id, logID, 100, positionAt(composeTimestamp(savedMs)));
    for (const { binlogs } of [...batch.field2BinlogPaths, ...batch.field2StatslogPaths])
      for (const { logPath } of binlogs) await cluster.objects.put(logPath, [Buffer.from('x')]);
    await cluster.call.saveBinlogPaths({ ...batch, flushed: true });
    return id;
  }

  async function checkpointAt(ms: number): Promise<void> {
    await cluster.call.updateChannelCheckpoint({
      vChannel: channel,
      position: positionAt(composeTimestamp(ms)),
    });
  }

  async function objects(): Promise<string[]> {
    const found: string[] = [];
    for await (const object of listAll(cluster.objects, 'files/')) found.push(object.key);
    return found;
  }
  const drop = (id: bigint) => cluster.call.markSegmentsDropped({ segmentIds: [id] });
  const keysOf = async (id: bigint) =>
    Object.keys(await cluster.dump()).filter((name) => name.includes(String(id)));
  /** Long enough for several rounds. */
  const rounds = () => new Promise((resolve) => setTimeout(resolve, 150));

  it('takes a dropped segment away, objects first and then all its keys', async () => {
    await checkpointAt(2 * savedMs);
    await drop(segmentID);
    await expect.poll(() => keysOf(segmentID)).toEqual([]);
    expect(await objects()).toEqual([]);
    expect(
      (await cluster.call.getSegmentInfo({ segmentIDs: [segmentID], includeUnHealthy: true })).infos,
    ).toEqual([]);
  });

  it('leaves what lives alone', async () => {
    await checkpointAt(2 * savedMs);
    const before = [await cluster.dump(), await objects()];
    await rounds();
    expect([await cluster.dump(), await objects()]).toEqual(before);
  });

  it('keeps a dropped segment for its tolerance', async () => {
    await cluster.restart({ ...settings, gcDropToleranceMs: 3_600_000 });
    await checkpointAt(2 * savedMs);
    await drop(segmentID);
    await rounds();
    expect(await objects()).toHaveLength(5);
    expect(await keysOf(segmentID)).not.toEqual([]);
  });

  it('keeps one whose rows a replay of its channel may still write', async () => {
    await checkpointAt(savedMs / 2);
    await drop(segmentID);
    await rounds();
    expect(await objects()).toHaveLength(5);
    await checkpointAt(2 * savedMs);
    await expect.poll(() => keysOf(segmentID)).toEqual([]);
  });

  it('keeps one that somebody holds, until it is let go', async () => {
    await checkpointAt(2 * savedMs);
    const lock = { taskID: 7n, nodeID: owner.session.serverID, segmentIDs: [segmentID] };
    expect(await cluster.call.acquireSegmentLock(lock)).toEqual({ errorCode: 0, reason: '' });
    await drop(segmentID);
    await rounds();
    expect(await objects()).toHaveLength(5);
    await cluster.call.releaseSegmentLock(lock);
    await expect.poll(() => keysOf(segmentID)).toEqual([]);
  });

  it('keeps the keys of one whose objects cannot be removed, and tries again', async () => {
    await checkpointAt(2 * savedMs);
    const remove = vi.spyOn(MemoryObjectStore.prototype, 'remove').mockRejectedValue(new Error('not now'));
    await drop(segmentID);
    await rounds();
    expect(await keysOf(segmentID)).not.toEqual([]);
    remove.mockRestore();
    await expect.poll(() => keysOf(segmentID)).toEqual([]);
    expect(await objects()).toEqual([]);
  });

  it('removes objects that nothing names once they are old, and none that an upload may still name', async () => {
    const phantoms = [key('insert_log', segmentID, 100n, 999n), key('stats_log', 4_242n, 100n, 998n)];
    for (const phantom of phantoms) await cluster.objects.put(phantom, [Buffer.from('x')]);
    await rounds();
    expect(await objects()).toEqual(expect.arrayContaining(phantoms));
    await cluster.restart({ ...settings, gcMissingToleranceMs: 0 });
    await expect.poll(async () => (await objects()).length).toBe(5);
    expect(await objects()).not.toEqual(expect.arrayContaining(phantoms));
  });

  it('leaves keys alone that are no logs', async () => {
    await cluster.restart({ ...settings, gcMissingToleranceMs: 0 });
    await cluster.objects.put('files/insert_log/readme', [Buffer.from('x')]);
    await rounds();
    expect(await objects()).toContain('files/insert_log/readme');
  });
});
