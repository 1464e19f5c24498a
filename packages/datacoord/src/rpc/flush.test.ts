import { composeTimestamp, Unavailable } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { channel, collectionID, type FakeNode, Harness, positionAt, savedBatch } from '../testing/harness.ts';
import { unknownSegment } from '../testing/two-segments.ts';

describe('Flush', () => {
  let cluster: Harness;
  let node: FakeNode;
  beforeEach(async () => {
    cluster = await Harness.start();
    node = await cluster.join('a');
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(node.session.serverID);
  });
  afterEach(() => cluster.end());

  const growing = async (to = channel) => (await cluster.assign(10, to))[0]?.segID ?? 0n;
  const saved = (segmentID: bigint) =>
    cluster.call.saveBinlogPaths({
      ...savedBatch(node, segmentID, 50, 10, positionAt(composeTimestamp(9))),
      flushed: true,
    });

  it('seals the growing segments of the collection, and tells when', async () => {
    const segID = await growing();
    const answer = await cluster.call.flush({ collectionID, dbID: 3n });
    expect(answer).toMatchObject({ dbID: 3n, collectionID, segmentIDs: [segID], flushSegmentIDs: [] });
    expect(answer.timeOfSeal).toBeGreaterThan(1_600_000_000n);
    expect((await cluster.call.getFlushState({ segmentIDs: [segID] })).flushed).toBe(false);
    expect(await growing()).not.toBe(segID);
  });

  it('names sealed segments again when it is repeated, and flushed ones apart', async () => {
    const segID = await growing();
    await cluster.call.flush({ collectionID });
    expect((await cluster.call.flush({ collectionID })).segmentIDs).toEqual([segID]);
    await saved(segID);
    expect(await cluster.call.flush({ collectionID })).toMatchObject({
      segmentIDs: [],
      flushSegmentIDs: [segID],
    });
  });

  it('seals only the segments that are named, and none that are unknown, flushed or of another collection', async () => {
    const other = `by-dev-rootcoord-dml_3_${collectionID}v1`;
    const segID = await growing();
    const left = await growing(other);
    expect((await cluster.call.flush({ collectionID: 5n, segmentIDs: [segID] })).segmentIDs).toEqual([]);
    const named = await cluster.call.flush({ collectionID, segmentIDs: [segID, unknownSegment] });
    expect(named.segmentIDs).toEqual([segID]);
    expect(await growing(other)).toBe(left);
    await saved(segID);
    expect(await cluster.call.flush({ collectionID, segmentIDs: [segID] })).toMatchObject({
      segmentIDs: [],
      flushSegmentIDs: [segID],
    });
  });

  it('seals segments of imports when it is asked for those, and then nothing else', async () => {
    const segID = await growing();
    const { segID: imported } = await cluster.assignImport();
    expect((await cluster.call.flush({ collectionID, segmentIDs: [imported] })).segmentIDs).toEqual([]);
    expect((await cluster.call.flush({ collectionID, isImport: true })).segmentIDs).toEqual([imported]);
    expect(await growing()).toBe(segID);
  });

  it('finds nothing in a collection that nobody knows, and echoes it', async () => {
    expect(await cluster.call.flush({ collectionID: 5n, dbID: 3n })).toMatchObject({
      status: { errorCode: 0, reason: '' },
      dbID: 3n,
      collectionID: 5n,
      segmentIDs: [],
      flushSegmentIDs: [],
    });
  });

  it('needs no RootCoord: without its time the time of sealing is 0', async () => {
    const segID = await growing();
    const away = async () => {
      throw new Unavailable('no rootcoord');
    };
    const rootCoord = new Proxy({}, { get: () => away }) as never;
    await cluster.restart({}, { rootCoord });
    expect(await cluster.call.flush({ collectionID })).toMatchObject({
      status: { errorCode: 0 },
      segmentIDs: [segID],
      timeOfSeal: 0n,
    });
  });

  it('is carried out by the next coordinator when it is restarted in between', async () => {
    const segID = await growing();
    await cluster.call.flush({ collectionID });
    node.has = [segID];
    await cluster.restart();
    await vi.waitFor(
      async () => {
        await cluster.tick(node, composeTimestamp(Date.now() + 60_000), [[segID, 10]]);
        expect(node.flushed).toContain(segID);
      },
      { timeout: 10_000, interval: 50 },
    );
  });
});
