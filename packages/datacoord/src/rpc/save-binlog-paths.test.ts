import { composeTimestamp, segmentStates } from '@millrace/core';
import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  collectionID,
  type FakeNode,
  Harness,
  partitionID,
  positionAt,
  savedBatch,
} from '../testing/harness.ts';

describe('SaveBinlogPaths', () => {
  let cluster: Harness;
  let owner: FakeNode;
  let segmentID: bigint;
  beforeEach(async () => {
    cluster = await Harness.start();
    owner = await cluster.join('a');
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(owner.session.serverID);
    segmentID = (await cluster.assign(100))[0]?.segID ?? 0n;
  });
  afterEach(() => cluster.end());

  const at = (ms: number) => positionAt(composeTimestamp(ms));

  it('makes logs, rows, start position and checkpoint part of the segment', async () => {
    const answer = await cluster.call.saveBinlogPaths(savedBatch(owner, segmentID, 50, 40, at(1000)));
    expect(answer).toEqual({ errorCode: 0, reason: '' });
    const segment = await cluster.segment(segmentID);
    expect(segment.numOfRows).toBe(40n);
    expect(segment.dmlPosition?.timestamp).toBe(composeTimestamp(1000));
    expect(segment.startPosition?.timestamp).toBe(composeTimestamp(1000));
    expect(segment.binlogs.map(({ fieldID }) => fieldID)).toEqual([0n, 1n, 100n, 101n]);
    expect(segment.binlogs[2]?.binlogs[0]).toMatchObject({
      logID: 50n,
      entriesNum: 40n,
      logPath: `files/insert_log/${collectionID}/${partitionID}/${segmentID}/100/50`,
    });
    expect(segment.statslogs[0]?.binlogs).toHaveLength(1);
  });

  it('adds the next batch behind the first', async () => {
    await cluster.call.saveBinlogPaths(savedBatch(owner, segmentID, 50, 40, at(1000)));
    await cluster.call.saveBinlogPaths(savedBatch(owner, segmentID, 60, 25, at(2000)));
    const segment = await cluster.segment(segmentID);
    expect(segment.numOfRows).toBe(65n);
    expect(segment.binlogs[2]?.binlogs.map(({ logID }) => logID)).toEqual([50n, 60n]);
  });

  it('leaves the same metadata bytes when the same call arrives twice', async () => {
    const request = savedBatch(owner, segmentID, 50, 40, at(1000));
    await cluster.call.saveBinlogPaths(request);
    const once = await cluster.dump();
    expect(await cluster.call.saveBinlogPaths(request)).toEqual({ errorCode: 0, reason: '' });
    expect(await cluster.dump()).toEqual(once);
  });

  it('leaves one batch when the same call arrives many times at once', async () => {
    const request = savedBatch(owner, segmentID, 50, 40, at(1000));
    await Promise.all(Array.from({ length: 20 }, () => cluster.call.saveBinlogPaths(request)));
    expect((await cluster.segment(segmentID)).numOfRows).toBe(40n);
  });

  it('refuses a writer that does not own the channel, with the code its node gives up at', async () => {
    const stranger = await cluster.join('b');
    const answer = await cluster.call.saveBinlogPaths(savedBatch(stranger, segmentID, 50, 40, at(1000)));
    expect(answer.errorCode).toBe(common.ErrorCode.MetaFailed);
    expect(answer.reason).toMatch(/^channel by-dev-rootcoord-dml_0_\d+v0 is not watched on node \d+$/);
  });

  it('says SegmentNotFound for an unknown segment', async () => {
    const answer = await cluster.call.saveBinlogPaths(savedBatch(owner, 4242424242n, 50, 40, at(1000)));
    expect(answer).toEqual({
      errorCode: common.ErrorCode.SegmentNotFound,
      reason: 'failed to get segment 4242424242',
    });
  });

  it("refuses another segment's path and changes nothing", async () => {
    const before = await cluster.dump();
    const foreign = savedBatch(owner, 77n, 50, 40, at(1000));
    const answer = await cluster.call.saveBinlogPaths({ ...foreign, segmentID });
    expect(answer.reason).toContain("the segment path doesn't match the segment id");
    expect(await cluster.dump()).toEqual(before);
  });

  it('refuses insert logs without as many stats logs', async () => {
    const request = savedBatch(owner, segmentID, 50, 40, at(1000));
    const answer = await cluster.call.saveBinlogPaths({
      ...request,
      field2StatslogPaths: [
        ...request.field2StatslogPaths,
        ...savedBatch(owner, segmentID, 90, 1, at(1000)).field2StatslogPaths,
      ],
    });
    expect(answer.reason).toBe(
      `Segment can not be saved because of binlog file not match stat log number: collection ${collectionID}, segment ${segmentID}`,
    );
  });

  it('does not move the checkpoint back, but keeps the logs of a late call', async () => {
    await cluster.call.saveBinlogPaths(savedBatch(owner, segmentID, 50, 40, at(2000)));
    await cluster.call.saveBinlogPaths(savedBatch(owner, segmentID, 60, 10, at(1000)));
    const segment = await cluster.segment(segmentID);
    expect(segment.dmlPosition?.timestamp).toBe(composeTimestamp(2000));
    expect(segment.numOfRows).toBe(50n);
  });

  it('with flushed, makes the segment Flushed and tells IndexCoord in the same transaction', async () => {
    await cluster.call.saveBinlogPaths({ ...savedBatch(owner, segmentID, 50, 40, at(1000)), flushed: true });
    expect((await cluster.segment(segmentID)).state).toBe(segmentStates.flushed);
    const announced = await cluster.store.get(
      cluster.keys.key.flushedSegment({ collectionID, partitionID, segmentID }),
    );
    const record = await cluster.store.get(
      cluster.keys.key.segment({ collectionID, partitionID, segmentID }),
    );
    expect(announced?.modRevision).toBe(record?.modRevision);
    expect((await cluster.call.getFlushState({ segmentIDs: [segmentID] })).flushed).toBe(true);
  });

  it('with dropped, drops it whatever else is asked, and answers later calls with Success', async () => {
    const request = { ...savedBatch(owner, segmentID, 50, 40, at(1000)), flushed: true, dropped: true };
    await cluster.call.saveBinlogPaths(request);
    const segment = await cluster.segment(segmentID);
    expect(segment.state).toBe(segmentStates.dropped);
    expect(segment.droppedAt).toBeGreaterThan(0n);
    expect(await cluster.call.saveBinlogPaths(request)).toEqual({ errorCode: 0, reason: '' });
  });

  it('is there after a restart, logs, rows and positions alike', async () => {
    await cluster.call.saveBinlogPaths(savedBatch(owner, segmentID, 50, 40, at(1000)));
    const before = await cluster.segment(segmentID);
    await cluster.restart();
    expect(await cluster.segment(segmentID)).toEqual(before);
  });
});
