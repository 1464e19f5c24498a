import { bufferNodeID } from '@millrace/metastore';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channel, collectionID, collectionSchema, type FakeNode, Harness } from '../testing/harness.ts';

describe('WatchChannels', () => {
  let cluster: Harness;
  let node: FakeNode;
  const ok = { errorCode: 0, reason: '' };
  beforeEach(async () => {
    cluster = await Harness.start();
    node = await cluster.join('a');
  });
  afterEach(() => cluster.end());

  it('has a channel read from its start position, with the schema, by a DataNode', async () => {
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(node.session.serverID);
    const info = (await cluster.watchInfo())?.info;
    expect(info?.schema).toEqual(collectionSchema);
    expect(info?.vchan?.seekPosition?.msgID).toEqual(Buffer.from([7, 0, 0, 0, 0, 0, 0, 0]));
    expect(info?.vchan?.seekPosition?.channelName).toBe(channel);
  });

  it('asks RootCoord nothing, which waits for it', async () => {
    cluster.rootCoordCalls.length = 0;
    await cluster.watch();
    expect(cluster.rootCoordCalls).toEqual([]);
  });

  it('leaves a channel as it is that is watched already, and takes no channels', async () => {
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(node.session.serverID);
    const before = await cluster.watchInfo();
    const again = await cluster.call.watchChannels({ collectionID, channelNames: [channel] });
    expect(again.status).toEqual(ok);
    expect(await cluster.watchInfo()).toEqual(before);
    expect((await cluster.call.watchChannels({})).status).toEqual(ok);
  });

  it('keeps the channel for the next node when there is none, over a restart', async () => {
    await node.session.close();
    await cluster.restart();
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(bufferNodeID);
    await cluster.restart();
    const next = await cluster.join('b');
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(next.session.serverID);
  });
});
