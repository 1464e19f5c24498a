import { addMs, Corrupt, composeTimestamp, segmentStates } from '@millrace/core';
import { common, data, dataService } from '@millrace/proto';
import { connect, type RpcClient } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channel, collectionID, Harness, positionAt, savedBatch } from '../testing/harness.ts';
import { OldStyleNode } from '../testing/old-node.ts';

const { ChannelWatchState } = data;
const wait = { timeout: 10_000, interval: 10 };
/** Short, and long enough for a busy machine to keep the session of the coordinator itself. */
const sessionTtlMs = 4_000;

describe('a node of the older API', () => {
  let cluster: Harness;
  let node: OldStyleNode;
  let client: RpcClient<typeof dataService.DataServiceService>;
  beforeEach(async () => {
    cluster = await Harness.start();
    client = connect(dataService.DataServiceService, cluster.address);
    node = new OldStyleNode(cluster.stream);
    await node.listen();
  });
  afterEach(async () => {
    client.close();
    await cluster.end();
    await node.stop();
  });

  const register = async () => {
    const { initParams } = await client.call.registerNode({
      address: { ip: '127.0.0.1', port: BigInt(node.port) },
    });
    node.nodeID = initParams?.nodeID ?? 0n;
    return initParams;
  };
  const owns = async (nodeID: bigint) =>
    expect
      .poll(async () => {
        const watch = await cluster.watchInfo();
        return watch && { nodeID: watch.nodeID, state: watch.info.state };
      }, wait)
      .toEqual({ nodeID, state: ChannelWatchState.WatchSuccess });
  const registeredOwner = async () => {
    await cluster.watch();
    await register();
    await owns(node.nodeID);
  };
  const open = async (rows: number) => {
    const [assignment] = await cluster.assign(rows);
    if (assignment === undefined) throw new Error('nothing assigned');
    return assignment;
  };
  const saves = (from: OldStyleNode, segmentID: bigint) =>
    cluster.call.saveBinlogPaths({
      ...savedBatch(
        { session: { serverID: from.nodeID } },
        segmentID,
        50,
        10,
        positionAt(composeTimestamp(9)),
      ),
      flushed: true,
    });

  /** It goes on telling its time: what it says before its answer to "start" is known does not count. */
  const flushesBehindTicks = async (segID: bigint, expireTime: bigint) => {
    const flushed = async () => {
      await node.tick(expireTime, [[segID, 100]]);
      return node.flushed;
    };
    await expect.poll(flushed, { ...wait, interval: 100 }).toContain(segID);
  };

  it('is told its channels, and owns them through the same records as every node', async () => {
    await registeredOwner();
    expect(node.told).toEqual([
      'statistics by-dev-datacoord-statistics-channel',
      'ticks by-dev-dataservice-timetick-channel',
      'dd by-dev-dataservice-dd-channel',
      'start',
    ]);
    expect([...node.watched]).toEqual([channel]);
  });

  it('is given no channel before it answers, nor while it says that it is not healthy', async () => {
    await node.stop();
    await cluster.watch();
    await register();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await cluster.watchInfo())?.nodeID).not.toBe(node.nodeID);
    await node.listen();
    await owns(node.nodeID);
  });

  it('has its rows counted and its segments flushed by what it publishes', async () => {
    await registeredOwner();
    const { segID, expireTime } = await open(100);
    await client.call.flush({ collectionID });
    await node.tick(expireTime - 1n, [[segID, 100]]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(node.flushed).toEqual([]);
    await node.tick(expireTime);
    await expect.poll(() => node.flushed, wait).toEqual([segID]);
    expect(await saves(node, segID)).toMatchObject({ errorCode: common.ErrorCode.Success });
    expect((await cluster.segment(segID)).state).toBe(segmentStates.flushed);
  });

  it('that has only the flush of a collection is asked for that', async () => {
    await node.stop();
    await node.listen('collection');
    await registeredOwner();
    const { segID, expireTime } = await open(100);
    await client.call.flush({ collectionID });
    await node.tick(expireTime, [[segID, 100]]);
    await expect.poll(() => node.told, wait).toContain(`flush ${collectionID}`);
  });

  it('loses no segment to a tick that arrives before the statistics it covers', async () => {
    const { stream } = cluster;
    const read = stream.read.bind(stream);
    stream.read = async function* late(from, ...rest) {
      for await (const batch of read(from, ...rest)) {
        if (from.endsWith('statistics-channel')) await new Promise((resolve) => setTimeout(resolve, 300));
        yield batch;
      }
    };
    await registeredOwner();
    const { segID, expireTime } = await open(100);
    await client.call.flush({ collectionID });
    await node.tick(expireTime, [[segID, 100]]);
    await expect.poll(() => node.flushed, wait).toEqual([segID]);
    expect((await cluster.segment(segID)).state).toBe(segmentStates.sealed);
  });

  it('is told again where to publish when what it published can be read no more', async () => {
    const { stream } = cluster;
    const read = stream.read.bind(stream);
    let failures = 0;
    stream.read = async function* lossy(from, ...rest) {
      for await (const batch of read(from, ...rest)) {
        if (from.endsWith('statistics-channel') && failures++ === 0) throw new Corrupt('removed');
        yield batch;
      }
    };
    await registeredOwner();
    const { segID, expireTime } = await open(100);
    await client.call.flush({ collectionID });
    node.told.length = 0;
    await node.tellRows(expireTime - 1n, [[segID, 100]], 'by-dev-datacoord-statistics-channel');
    await expect.poll(() => node.told, wait).toContain('start');
    await flushesBehindTicks(segID, expireTime);
  });

  it('is gone when it no longer answers: the channel has another owner, and what it still saves is refused', async () => {
    await cluster.restart({ sessionTtlMs });
    client.close();
    client = connect(dataService.DataServiceService, cluster.address);
    await registeredOwner();
    const { segID } = await open(100);
    const other = await cluster.join('b');
    await node.stop();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID, wait).toBe(other.session.serverID);
    expect(await saves(node, segID)).toEqual({
      errorCode: common.ErrorCode.MetaFailed,
      reason: `channel ${channel} is not watched on node ${node.nodeID}`,
    });
    // What it publishes counts for nothing either.
    await node.tick(addMs(composeTimestamp(Date.now()), 60_000), [[segID, 1_000_000]]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await cluster.segment(segID)).state).toBe(segmentStates.growing);
    const { kvs } = await cluster.store.range({ prefix: cluster.keys.prefix.legacyNodes() });
    expect(kvs).toEqual([]);
  });

  it('that registers again from the same address is another node: the former one is gone at once', async () => {
    await registeredOwner();
    const former = node.nodeID;
    const { segID } = await open(100);
    await register();
    await owns(node.nodeID);
    const zombie = new OldStyleNode(cluster.stream);
    zombie.nodeID = former;
    expect((await saves(zombie, segID)).errorCode).toBe(common.ErrorCode.MetaFailed);
  });

  it('stays when the coordinator is started again, and is told again where to publish', async () => {
    await registeredOwner();
    const before = (await cluster.watchInfo())?.info.startTs;
    node.told.length = 0;
    await cluster.restart();
    await expect.poll(() => node.told, wait).toContain('start');
    const watch = await cluster.watchInfo();
    expect(watch).toMatchObject({ nodeID: node.nodeID, info: { startTs: before } });
    const { segID, expireTime } = await open(100);
    await cluster.call.flush({ collectionID });
    await flushesBehindTicks(segID, expireTime);
  });

  it('that does not take a channel gives it to another', async () => {
    node.takesChannels = false;
    await cluster.watch();
    await register();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID, wait).toBe(node.nodeID);
    const other = await cluster.join('b');
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID, wait).toBe(other.session.serverID);
  });

  it('is given no import, which it has no call for', async () => {
    await registeredOwner();
    const importTask = data.ImportTask.fromPartial({ taskId: 7n, files: ['rows.json'] });
    const { status } = await cluster.call.import({ importTask, workingNodes: [] });
    // As without any DataNode: RootCoord asks again.
    expect(status).toEqual({ errorCode: common.ErrorCode.UnexpectedError, reason: '' });
  });

  it('that lets go of a channel writes its rows before', async () => {
    await registeredOwner();
    await cluster.acknowledge(ChannelWatchState.ToRelease);
    await expect.poll(() => node.told, wait).toContain(`flush ${collectionID}`);
    await owns(node.nodeID);
  });
});
