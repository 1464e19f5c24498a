import { composeTimestamp, watchStates } from '@millrace/core';
import { bufferNodeID } from '@millrace/metastore';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channel, collectionID, Harness, positionAt, savedBatch } from '../testing/harness.ts';

const channels = [0, 1, 2, 3].map((shard) => `by-dev-rootcoord-dml_${shard}_${collectionID}v${shard}`);

describe('the assignment of channels', () => {
  let cluster: Harness;
  beforeEach(async () => {
    cluster = await Harness.start();
  });
  afterEach(() => cluster.end());

  const nodeOf = async (of: string) => (await cluster.watchInfo(of))?.nodeID;
  const stateOf = async (of: string) => (await cluster.watchInfo(of))?.info.state;

  it('waits without a DataNode and is made as soon as one joins, with schema and start position', async () => {
    await cluster.watch();
    expect(await nodeOf(channel)).toBe(bufferNodeID);
    const node = await cluster.join('a');
    await expect.poll(() => nodeOf(channel)).toBe(node.session.serverID);
    const watch = await cluster.watchInfo();
    expect(watch?.info.state).toBe(watchStates['to-watch']);
    expect(watch?.info.schema?.fields).toHaveLength(4);
    expect(watch?.info.vchan?.seekPosition).toMatchObject({ channelName: channel, timestamp: 0n });
    expect(watch?.info.vchan?.seekPosition?.msgID[0]).toBe(7);
  });

  it('spreads channels over the nodes there are', async () => {
    const [a, b] = [await cluster.join('a'), await cluster.join('b')];
    await expect
      .poll(async () => {
        const of = `by-dev-rootcoord-dml_9_${collectionID}v9`;
        await cluster.watch([of]);
        return nodeOf(of);
      })
      .not.toBe(bufferNodeID);
    await cluster.watch(channels);
    const nodes = await Promise.all(channels.map(nodeOf));
    for (const node of [a, b]) expect(nodes.filter((id) => id === node.session.serverID)).toHaveLength(2);
  });

  it('moves to another node when its node is gone, in one transaction', async () => {
    const first = await cluster.join('a');
    await cluster.watch();
    await expect.poll(() => nodeOf(channel)).toBe(first.session.serverID);
    const second = await cluster.join('b');
    await first.session.close();
    await expect.poll(() => nodeOf(channel)).toBe(second.session.serverID);
    const { kvs } = await cluster.store.range({ prefix: cluster.keys.prefix.channelWatches() });
    expect(kvs).toHaveLength(1);
  });

  it('hands the new node the segments the old one saved, and where to go on', async () => {
    const first = await cluster.join('a');
    await cluster.watch();
    await expect.poll(() => nodeOf(channel)).toBe(first.session.serverID);
    const segmentID = (await cluster.assign(10))[0]?.segID ?? 0n;
    await cluster.call.saveBinlogPaths(
      savedBatch(first, segmentID, 50, 10, positionAt(composeTimestamp(5000), 5)),
    );
    await cluster.call.updateChannelCheckpoint({
      vChannel: channel,
      position: positionAt(composeTimestamp(6000), 6),
    });
    const second = await cluster.join('b');
    await first.session.close();
    await expect.poll(() => nodeOf(channel)).toBe(second.session.serverID);
    const vchan = (await cluster.watchInfo())?.info.vchan;
    expect(vchan?.unflushedSegmentIds).toEqual([segmentID]);
    expect(vchan?.seekPosition?.timestamp).toBe(composeTimestamp(6000));
  });

  it('is released when the node says it cannot watch, and then given to another', async () => {
    const first = await cluster.join('a');
    await cluster.watch();
    await expect.poll(() => nodeOf(channel)).toBe(first.session.serverID);
    const second = await cluster.join('b');
    await cluster.acknowledge(watchStates['watch-failure']);
    await expect.poll(() => stateOf(channel)).toBe(watchStates['to-release']);
    await cluster.acknowledge(watchStates['release-success']);
    await expect.poll(() => nodeOf(channel)).toBe(second.session.serverID);
  });

  it('evens out when a node joins: a channel is released by its owner first', async () => {
    const first = await cluster.join('a');
    await cluster.watch(channels);
    await expect
      .poll(async () =>
        (await Promise.all(channels.map(nodeOf))).every((id) => id === first.session.serverID),
      )
      .toBe(true);
    for (const of of channels) await cluster.acknowledge(watchStates['watch-success'], of);
    const second = await cluster.join('b');
    const released = async () => {
      const states = await Promise.all(channels.map(stateOf));
      return channels.filter((_, at) => states[at] === watchStates['to-release']);
    };
    await expect.poll(async () => (await released()).length).toBe(2);
    for (const of of await released()) await cluster.acknowledge(watchStates['release-success'], of);
    await expect
      .poll(
        async () =>
          (await Promise.all(channels.map(nodeOf))).filter((id) => id === second.session.serverID).length,
      )
      .toBe(2);
  });

  it('is known to a restarted coordinator before it answers its first call', async () => {
    const node = await cluster.join('a');
    await cluster.watch();
    await expect.poll(() => nodeOf(channel)).toBe(node.session.serverID);
    const segmentID = (await cluster.assign(10))[0]?.segID ?? 0n;
    await cluster.restart();
    const answer = await cluster.call.saveBinlogPaths(
      savedBatch(node, segmentID, 50, 10, positionAt(composeTimestamp(1))),
    );
    expect(answer.reason).toBe('');
  });

  it('ends with DropVirtualChannel: segments dropped, the key gone once the node has let go', async () => {
    const node = await cluster.join('a');
    await cluster.watch();
    await expect.poll(() => nodeOf(channel)).toBe(node.session.serverID);
    await cluster.acknowledge(watchStates['watch-success']);
    const segmentID = (await cluster.assign(10))[0]?.segID ?? 0n;
    const request = { base: savedBatch(node, segmentID, 1, 1, positionAt(1n)).base, channelName: channel };
    expect((await cluster.call.dropVirtualChannel(request)).status?.reason).toBe('');
    expect((await cluster.call.getSegmentStates({ segmentIDs: [segmentID] })).states[0]?.state).toBe(1);
    expect((await cluster.call.dropVirtualChannel(request)).status?.reason).toBe('');
    await expect.poll(() => stateOf(channel)).toBe(watchStates['to-release']);
    await cluster.acknowledge(watchStates['release-success']);
    await expect.poll(() => cluster.watchInfo()).toBeUndefined();
    expect(await cluster.store.get(cluster.keys.key.channelRemoval({ vchannel: channel }))).toBeUndefined();
  });
});
