import { composeTimestamp } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { collectionID, Harness, positionAt, savedBatch } from '../testing/harness.ts';

describe('Flush', () => {
  it('names sealed segments again when it is repeated, and flushed ones apart', async () => {
    const cluster = await Harness.start();
    const node = await cluster.join('a');
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(node.session.serverID);
    const segID = (await cluster.assign(10))[0]?.segID ?? 0n;
    const first = await cluster.call.flush({ collectionID, dbID: 3n });
    expect(first).toMatchObject({ dbID: 3n, collectionID, segmentIDs: [segID], flushSegmentIDs: [] });
    expect(first.timeOfSeal).toBeGreaterThan(1_600_000_000n);
    expect((await cluster.call.flush({ collectionID })).segmentIDs).toEqual([segID]);
    expect((await cluster.call.getFlushState({ segmentIDs: [segID] })).flushed).toBe(false);
    await cluster.call.saveBinlogPaths({
      ...savedBatch(node, segID, 50, 10, positionAt(composeTimestamp(9))),
      flushed: true,
    });
    expect(await cluster.call.flush({ collectionID })).toMatchObject({
      segmentIDs: [],
      flushSegmentIDs: [segID],
    });
    expect((await cluster.call.flush({ collectionID: 5n })).segmentIDs).toEqual([]);
    await cluster.end();
  });
});
