import { addMs, segmentStates } from '@millrace/core';
import { common, data } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  channel,
  collectionID,
  type FakeNode,
  Harness,
  partitionID,
  positionAt,
  savedBatch,
} from '../testing/harness.ts';

/** Long enough for a busy machine. */
const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 15_000, interval: 10 });

const { Success, UnexpectedError } = common.ErrorCode;
const timestamp = 445_000_000_000_000_007n;

let cluster: Harness;
let node: FakeNode;
beforeEach(async () => {
  cluster = await Harness.start();
  node = await cluster.join('a');
  await cluster.watch();
  await owned(node);
});
afterEach(() => cluster.end());

const owned = (by: FakeNode) =>
  eventually(async () => (await cluster.watchInfo())?.nodeID).toBe(by.session.serverID);

const importSegment = () => cluster.assignImport();

function aSave(segmentId: bigint, rows = 10): data.SaveImportSegmentRequest {
  const base = common.MsgBase.fromPartial({ timestamp, sourceID: node.session.serverID });
  const saved = savedBatch(node, segmentId, 500, rows, positionAt(timestamp));
  return data.SaveImportSegmentRequest.fromPartial({
    base,
    segmentId,
    channelName: channel,
    collectionId: collectionID,
    partitionId: partitionID,
    rowNum: BigInt(rows),
    saveBinlogPathReq: {
      ...saved,
      base,
      checkPoints: [],
      deltalogs: [],
      startPositions: [{ segmentID: segmentId, startPosition: { channelName: channel, timestamp } }],
      importing: true,
    },
  });
}

const seal = async (segmentIDs: bigint[]) =>
  (await cluster.call.flush({ collectionID, segmentIDs, isImport: true })).segmentIDs;

/** What the node of the channel does when it is asked to flush an imported segment. */
const flushed = (by: FakeNode, segmentID: bigint) =>
  cluster.call.saveBinlogPaths({
    base: common.MsgBase.fromPartial({ sourceID: by.session.serverID }),
    segmentID,
    collectionID,
    flushed: true,
    deltalogs: [data.FieldBinlog.fromPartial({})],
    checkPoints: [{ segmentID, position: positionAt(timestamp + 10n, 20), numOfRows: 10n }],
  });

describe('SaveImportSegment', () => {
  it('saves the logs with the position that the node of the channel tells', async () => {
    const { segID } = await importSegment();
    const request = aSave(segID);
    expect((await cluster.call.saveImportSegment(request)).reason).toBe('');
    // As recorded of the original: the import's timestamp, and nothing else.
    expect(node.added).toEqual([
      data.AddImportSegmentRequest.fromPartial({
        base: { timestamp },
        segmentId: segID,
        channelName: channel,
        collectionId: collectionID,
        partitionId: partitionID,
        rowNum: 10n,
        statsLog: request.saveBinlogPathReq?.field2StatslogPaths ?? [],
      }),
    ]);
    expect(await cluster.segment(segID)).toMatchObject({
      state: segmentStates.importing,
      isImporting: true,
      numOfRows: 10n,
      startPosition: { channelName: channel, timestamp, msgID: Buffer.from([9, 0, 0, 0, 0, 0, 0, 0]) },
    });
  });

  it('leaves the same bytes when the same call comes twice, though the node tells a later position', async () => {
    const { segID } = await importSegment();
    await cluster.call.saveImportSegment(aSave(segID));
    const before = await cluster.dump();
    node.addsImport = () => ({ channelPos: Buffer.from([10, 0, 0, 0, 0, 0, 0, 0]) });
    expect((await cluster.call.saveImportSegment(aSave(segID))).errorCode).toBe(Success);
    expect(await cluster.dump()).toEqual(before);
    expect(node.added).toHaveLength(2);
  });

  it("fails with the original's text for a channel without a node, and for one that nobody knows", async () => {
    for (const channelName of ['', 'by-dev-rootcoord-dml_9_1v0'])
      expect(await cluster.call.saveImportSegment({ segmentId: 1n, channelName })).toEqual({
        errorCode: UnexpectedError,
        reason: `no DataNode found for channel ${channelName}`,
      });
  });

  it('outlives a request without its inner one or its start position', async () => {
    const { segID } = await importSegment();
    const { saveBinlogPathReq, ...outer } = aSave(segID);
    for (const inner of [undefined, { ...saveBinlogPathReq, startPositions: [] }]) {
      const request =
        inner === undefined
          ? outer
          : { ...outer, saveBinlogPathReq: data.SaveBinlogPathsRequest.fromPartial(inner) };
      expect(await cluster.call.saveImportSegment(request)).toMatchObject({
        errorCode: UnexpectedError,
        reason: expect.stringMatching(/send save_binlog_path_req with one/),
      });
    }
    expect(node.added).toEqual([]);
  });

  it('saves nothing when the node cannot take the segment', async () => {
    const { segID } = await importSegment();
    const before = await cluster.dump();
    const reason = 'channel not found in current DataNode';
    node.addsImport = () => ({ status: { errorCode: UnexpectedError, reason } });
    expect(await cluster.call.saveImportSegment(aSave(segID))).toEqual({
      errorCode: UnexpectedError,
      reason,
    });
    expect(await cluster.dump()).toEqual(before);
  });

  it('fails for a segment that is not there, or was dropped: its rows do not count as imported', async () => {
    expect((await cluster.call.saveImportSegment(aSave(4_242n))).reason).toBe('failed to get segment 4242');
    const { segID } = await importSegment();
    await cluster.call.markSegmentsDropped({ segmentIds: [segID] });
    expect((await cluster.call.saveImportSegment(aSave(segID))).reason).toMatch(
      /import segment \d+ was dropped/,
    );
  });

  it('tells the node that took the channel over while the segment was being saved', async () => {
    const { segID } = await importSegment();
    const other = await cluster.join('b');
    node.addsImport = async () => {
      await node.session.close();
      await owned(other);
      return { channelPos: Buffer.from([9]) };
    };
    expect((await cluster.call.saveImportSegment(aSave(segID))).reason).toBe('');
    expect(other.added.map(({ segmentId }) => segmentId)).toEqual([segID]);
  });
});

describe('an import segment', () => {
  it('is sealed by a flush of imports alone, flushed at the next tick, and seen once its import is over', async () => {
    const { segID } = await importSegment();
    await cluster.call.saveImportSegment(aSave(segID));
    expect((await cluster.call.flush({ collectionID, segmentIDs: [segID] })).segmentIDs).toEqual([]);
    expect(await seal([segID])).toEqual([segID]);
    await cluster.tick(node, 1n);
    await eventually(() => node.flushed).toEqual([segID]);
    expect((await flushed(node, segID)).errorCode).toBe(Success);

    const readers = async () => {
      const answer = await cluster.call.getRecoveryInfoV2({ collectionID, partitionIDs: [] });
      return answer.channels.flatMap(({ flushedSegmentIds, unflushedSegmentIds }) => [
        ...flushedSegmentIds,
        ...unflushedSegmentIds,
      ]);
    };
    expect(await cluster.segment(segID)).toMatchObject({
      state: segmentStates.flushed,
      isImporting: true,
      numOfRows: 10n,
    });
    expect(await readers()).toEqual([]);
    expect(await cluster.call.unsetIsImportingState({ segmentIds: [segID] })).toMatchObject({
      errorCode: Success,
    });
    expect((await cluster.segment(segID)).isImporting).toBe(false);
    expect(await readers()).toEqual([segID]);
  });

  it('is in the assignment of its channel as soon as its rows are saved: whoever takes it over can flush it', async () => {
    const saved = await importSegment();
    await importSegment();
    await cluster.call.saveImportSegment(aSave(saved.segID));
    const other = await cluster.join('b');
    await node.session.close();
    await owned(other);
    expect((await cluster.watchInfo())?.info.vchan?.unflushedSegmentIds).toEqual([saved.segID]);
    await seal([saved.segID]);
    await cluster.tick(other, 1n);
    await eventually(() => other.flushed).toEqual([saved.segID]);
  });

  it('goes on where it was when DataCoord is restarted at any point', async () => {
    const { segID } = await importSegment();
    const restart = async () => {
      await cluster.restart();
      await owned(node);
    };
    await restart();
    expect((await cluster.call.saveImportSegment(aSave(segID))).reason).toBe('');
    await restart();
    expect(await seal([segID])).toEqual([segID]);
    await restart();
    await cluster.tick(node, 1n);
    await eventually(() => node.flushed).toEqual([segID]);
    await flushed(node, segID);
    await restart();
    expect((await cluster.call.getSegmentStates({ segmentIDs: [segID] })).states[0]?.state).toBe(
      segmentStates.flushed,
    );
    expect((await cluster.call.unsetIsImportingState({ segmentIds: [segID] })).errorCode).toBe(Success);
    expect(await cluster.segment(segID)).toMatchObject({ isImporting: false, numOfRows: 10n });
  });

  it('is dropped at the first tick behind its expiry, which is 15 minutes away, unless it was sealed by then', async () => {
    const [stale, saved] = [await importSegment(), await importSegment()];
    await cluster.call.saveImportSegment(aSave(saved.segID));
    await seal([saved.segID]);
    await cluster.tick(node, stale.expireTime);
    await eventually(() => node.flushed).toContain(saved.segID);
    expect((await cluster.segment(stale.segID)).state).toBe(segmentStates.importing);
    await cluster.tick(node, addMs(stale.expireTime, 60_000));
    await eventually(async () => (await cluster.segment(stale.segID)).state).toBe(segmentStates.dropped);
    expect((await cluster.segment(saved.segID)).state).toBe(segmentStates.sealed);
    await cluster.restart();
    expect((await cluster.segment(stale.segID)).state).toBe(segmentStates.dropped);
  });

  it('is dropped when its import failed, flushed or not', async () => {
    const [early, late] = [await importSegment(), await importSegment()];
    await cluster.call.saveImportSegment(aSave(late.segID));
    await seal([late.segID]);
    await flushed(node, late.segID);
    const ids = [early.segID, late.segID];
    expect((await cluster.call.markSegmentsDropped({ segmentIds: ids })).errorCode).toBe(Success);
    for (const id of ids) expect((await cluster.segment(id)).state).toBe(segmentStates.dropped);
  });
});
