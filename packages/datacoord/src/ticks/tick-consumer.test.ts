import { addMs, composeTimestamp, segmentStates } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectionID, type FakeNode, Harness } from '../testing/harness.ts';

describe('a time tick', () => {
  let cluster: Harness;
  let node: FakeNode;
  beforeEach(async () => {
    cluster = await Harness.start();
    node = await cluster.join('a');
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(node.session.serverID);
  });
  afterEach(() => cluster.end());

  const open = async (rows: number) => {
    const [assignment] = await cluster.assign(rows);
    if (assignment === undefined) throw new Error('nothing assigned');
    return assignment;
  };
  const flush = async () => (await cluster.call.flush({ collectionID })).segmentIDs;

  it('has a sealed segment flushed once no more rows can come, not before', async () => {
    const { segID, expireTime } = await open(100);
    expect(await flush()).toEqual([segID]);
    await cluster.tick(node, expireTime - 1n, [[segID, 100]]);
    await cluster.tick(node, expireTime - 1n);
    expect(node.flushed).toEqual([]);
    await cluster.tick(node, expireTime);
    await expect.poll(() => node.flushed).toEqual([segID]);
  });

  it('drops a sealed segment that never got a row', async () => {
    const { segID, expireTime } = await open(100);
    await flush();
    await cluster.tick(node, expireTime);
    await expect.poll(async () => (await cluster.segment(segID)).state).toBe(segmentStates.dropped);
    expect(node.flushed).toEqual([]);
  });

  it('seals a segment that is full, and the next rows open another', async () => {
    const { segID } = await open(500);
    await cluster.tick(node, composeTimestamp(1), [[segID, 500]]);
    await expect.poll(async () => (await cluster.segment(segID)).state).toBe(segmentStates.sealed);
    expect((await open(1)).segID).not.toBe(segID);
  });

  it('of a node that does not own the channel changes nothing', async () => {
    const { segID, expireTime } = await open(100);
    await flush();
    const stranger = await cluster.join('b');
    await cluster.tick(stranger, addMs(expireTime, 10_000), [[segID, 100]]);
    await cluster.tick(node, expireTime - 1n);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stranger.flushed).toEqual([]);
    expect((await cluster.segment(segID)).state).toBe(segmentStates.sealed);
  });

  it('after a restart does not drop a segment whose rows were reported before it', async () => {
    const { segID, expireTime } = await open(100);
    await flush();
    node.has = [segID];
    await cluster.restart();
    const late = addMs(expireTime, 10_000);
    await cluster.tick(node, late);
    await cluster.tick(node, late + 1n);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await cluster.segment(segID)).state).toBe(segmentStates.sealed);
    await cluster.tick(node, late + 2n, [[segID, 100]]);
    await expect.poll(() => node.flushed).toEqual([segID]);
  });

  it('after a restart drops an empty segment once its node has said that it has none of its rows', async () => {
    const { segID, expireTime } = await open(100);
    await flush();
    await cluster.restart();
    const late = addMs(expireTime, 10_000);
    let tick = late;
    await expect
      .poll(async () => {
        tick += 1n;
        await cluster.tick(node, tick);
        return (await cluster.segment(segID)).state;
      })
      .toBe(segmentStates.dropped);
  });
});
