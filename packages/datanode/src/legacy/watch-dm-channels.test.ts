import { metaKeys } from '@millrace/metastore';
import { common, data } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, OldApiScene, success, vchannel } from '../testing/old-api-scene.ts';
import { OldStyleCoordinator } from '../testing/old-coordinator.ts';
import { testCollection } from '../testing/write-log.ts';

const { ChannelWatchState } = data;
const { ErrorCode, SegmentState } = common;

describe('WatchDmChannels of the older DataNode', () => {
  let scene: OldApiScene;
  beforeEach(async () => {
    scene = await OldApiScene.start();
  });
  afterEach(() => scene.end());

  it('has the channels read that it names, under an assignment record of its own, once however often it comes', async () => {
    const { node } = scene;
    scene.allocate(7n);
    await scene.watch();
    expect(await node.state(vchannel)).toBe(ChannelWatchState.WatchSuccess);
    await scene.writer.insert(vchannel, 7n, [1n, 2n, 3n]);
    await scene.writer.tick();
    await eventually(() => expect(node.rows(7n)).toBe(3));
    await scene.watch();
    expect(node.rows(7n)).toBe(3);
  });

  it('takes a channel that waits for a node, and goes on behind what was saved when another node takes it', async () => {
    const { cluster, node, writer } = scene;
    const keys = metaKeys();
    const waiting = keys.key.channelWatch({ nodeID: -9223372036854775808n, vchannel });
    await cluster.metaStore.transact({
      writes: [
        { put: waiting, value: data.ChannelWatchInfo.encode(data.ChannelWatchInfo.create()).finish() },
      ],
    });
    await scene.watch();
    expect(await cluster.metaStore.get(waiting)).toBeUndefined();
    scene.allocate(7n);
    await scene.insert([7n, 1n]);
    await scene.call.flush({ collectionID: testCollection });
    await writer.tick();
    await eventually(() => expect(scene.stateOf(7n)).toBe(SegmentState.Flushed));
    await node.kill();
    await cluster.metaStore.transact({ writes: [{ delete: node.key(vchannel) }] });

    const next = cluster.start();
    const other = await OldStyleCoordinator.of(cluster, next);
    expect(await other.call.watchDmChannels({ channelNames: [vchannel] })).toEqual(success);
    scene.allocate(8n);
    await writer.insert(vchannel, 8n, [2n]);
    await writer.tick();
    await eventually(() => expect(next.rows(8n)).toBe(1));
    expect((await cluster.saved(7n)).keys).toEqual([1n]);
    await other.stop();
  });

  it('is refused a channel that another node reads, and says which', async () => {
    const other = scene.cluster.start();
    await other.assign(vchannel);
    expect(await scene.call.watchDmChannels({ channelNames: [vchannel] })).toEqual({
      errorCode: ErrorCode.UnexpectedError,
      reason: `channel ${vchannel} is read by node ${other.nodeID}: have it closed there first`,
    });
  });

  it('is refused what is no virtual channel, together with what it names besides', async () => {
    const { errorCode, reason } = await scene.call.watchDmChannels({ channelNames: [vchannel, 'nothing'] });
    expect(errorCode).toBe(ErrorCode.IllegalArgument);
    expect(reason).toContain('is not a virtual channel');
    expect(scene.node.node.channels()).toEqual([]);
  });

  it('has nothing to do without a channel', async () => {
    expect(await scene.call.watchDmChannels({})).toEqual(success);
  });

  it('is refused by a node that does not serve', async () => {
    await scene.node.kill();
    expect((await scene.call.watchDmChannels({ channelNames: [vchannel] })).errorCode).toBe(
      ErrorCode.NotReadyServe,
    );
  });
});
