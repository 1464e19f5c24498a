import { Exhausted, physicalMs, segmentStates } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { channel, collectionID, Harness, partitionID, rowsPerSegment } from '../testing/harness.ts';

describe('AssignSegmentID', () => {
  let cluster: Harness;
  beforeEach(async () => {
    cluster = await Harness.start();
    await cluster.join('a');
    await cluster.watch();
  });
  afterEach(() => cluster.end());

  it('opens a segment for the first rows and fills it before it opens another', async () => {
    const [first] = await cluster.assign(100);
    const [second] = await cluster.assign(100);
    expect(first).toMatchObject({
      channelName: channel,
      count: 100,
      collectionID,
      partitionID,
      status: { errorCode: 0 },
    });
    expect(second?.segID).toBe(first?.segID);
    const [third] = await cluster.assign(rowsPerSegment - 199);
    expect(third?.segID).not.toBe(first?.segID);
  });

  it('splits a request larger than a segment: full new segments, then the rest', async () => {
    const assignments = await cluster.assign(2 * rowsPerSegment + 5);
    expect(assignments.map(({ count }) => count)).toEqual([rowsPerSegment, rowsPerSegment, 5]);
    expect(new Set(assignments.map(({ segID }) => segID)).size).toBe(3);
  });

  it('leaves out a request that would take thousands of segments, and opens none for it', async () => {
    expect(await cluster.assign(2 ** 32 - 1)).toEqual([]);
    const { kvs } = await cluster.store.range({ prefix: cluster.keys.prefix.segments() });
    expect(kvs).toEqual([]);
  });

  it('opens one segment, not one for each caller, when many ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => cluster.assign(10)));
    expect(new Set(all.flat().map(({ segID }) => segID)).size).toBe(1);
  });

  it('has stored an expiry at or above every one it handed out, without a write for each', async () => {
    const [first] = await cluster.assign(1);
    const before = (await cluster.store.get(segmentKey(cluster, first?.segID)))?.version;
    const later = await Promise.all(Array.from({ length: 100 }, () => cluster.assign(1)));
    const after = await cluster.store.get(segmentKey(cluster, first?.segID));
    expect(Number(after?.version) - Number(before)).toBeLessThan(3);
    const latest = later.flat().reduce((max, { expireTime }) => (expireTime > max ? expireTime : max), 0n);
    const stored = await cluster.segment(first?.segID ?? 0n);
    expect(stored.lastExpireTime).toBeGreaterThanOrEqual(latest);
  });

  it('asks RootCoord for neither time nor ids while a segment has room', async () => {
    await cluster.assign(1);
    const before = cluster.rootCoordCalls.length;
    for (let call = 0; call < 20; call++) await cluster.assign(1);
    expect(cluster.rootCoordCalls.length - before).toBeLessThanOrEqual(1);
  });

  it('leaves out an item of an unknown collection and serves the others', async () => {
    const answer = await cluster.call.assignSegmentId({
      segmentIDRequests: [
        {
          count: 1,
          channelName: 'by-dev-rootcoord-dml_9_5v0',
          collectionID: 5n,
          partitionID: 6n,
          isImport: false,
          importTaskID: 0n,
        },
        { count: 1, channelName: channel, collectionID, partitionID, isImport: false, importTaskID: 0n },
      ],
    });
    expect(answer.status?.errorCode).toBe(0);
    expect(answer.segIDAssignments.map((assignment) => assignment.collectionID)).toEqual([collectionID]);
  });

  it('says why no rows can be assigned when the metastore has no room, and assigns them once it has', async () => {
    const transact = vi.spyOn(cluster.store, 'transact');
    transact.mockRejectedValue(new Exhausted('the disk is full: make room'));
    const item = {
      count: 1,
      channelName: channel,
      collectionID,
      partitionID,
      isImport: false,
      importTaskID: 0n,
    };
    const refused = await cluster.call.assignSegmentId({ segmentIDRequests: [item] });
    expect(refused.status?.reason).toBe('the disk is full: make room');
    expect(refused.segIDAssignments).toEqual([]);
    transact.mockRestore();
    expect(await cluster.assign(1)).toHaveLength(1);
  });

  it('goes on in the same segment after a restart, and promises no earlier time', async () => {
    const [before] = await cluster.assign(1);
    await cluster.restart();
    const [after] = await cluster.assign(1);
    expect(after?.segID).toBe(before?.segID);
    expect(after?.expireTime).toBeGreaterThanOrEqual(before?.expireTime ?? 0n);
  });

  it('gives rows of an import a segment of their own, whole, for as long as an import may take', async () => {
    const [ordinary] = await cluster.assign(1);
    const first = await cluster.assignImport();
    const second = await cluster.assignImport();
    expect(new Set([ordinary?.segID, first.segID, second.segID]).size).toBe(3);
    const longerMs = physicalMs(first.expireTime) - physicalMs(ordinary?.expireTime ?? 0n);
    expect(longerMs).toBeGreaterThan(890_000);
    expect(await cluster.segment(first.segID)).toMatchObject({
      state: segmentStates.importing,
      isImporting: true,
      startPosition: undefined,
    });
  });

  it('takes a partition that nobody knows, as the original does', async () => {
    const request = { count: 1, channelName: channel, collectionID, partitionID: 999n };
    const { segIDAssignments } = await cluster.call.assignSegmentId({
      segmentIDRequests: [{ ...request, isImport: false, importTaskID: 0n }],
    });
    expect(segIDAssignments).toMatchObject([{ partitionID: 999n, count: 1 }]);
  });

  it('answers nothing to nothing', async () => {
    const { status, segIDAssignments } = await cluster.call.assignSegmentId({});
    expect({ status, segIDAssignments }).toEqual({
      status: { errorCode: 0, reason: '' },
      segIDAssignments: [],
    });
  });

  it('gives no assignment for no rows', async () => {
    expect(await cluster.assign(0)).toEqual([]);
  });

  it('has a channel watched that nobody named before', async () => {
    const other = `by-dev-rootcoord-dml_3_${collectionID}v1`;
    await cluster.assign(1, other);
    expect((await cluster.watchInfo(other))?.info.schema?.fields).toHaveLength(4);
  });
});

function segmentKey(cluster: Harness, segmentID = 0n): string {
  return cluster.keys.key.segment({ collectionID, partitionID, segmentID });
}
