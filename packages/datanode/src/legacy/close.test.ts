import { data } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, OldApiScene, success, vchannel } from '../testing/old-api-scene.ts';

const { ChannelWatchState } = data;

describe('Close of the older DataNode', () => {
  let scene: OldApiScene;
  beforeEach(async () => {
    scene = await OldApiScene.start();
  });
  afterEach(() => scene.end());

  const released = () =>
    eventually(async () => expect(await scene.node.state(vchannel)).toBe(ChannelWatchState.ReleaseSuccess));

  it('gives the channels of the node back with their rows written, and publishes nothing more', async () => {
    const { call, node, writer, cluster } = scene;
    scene.allocate(7n);
    await call.setTimeTickChannel({ channelID: 'told-ticks' });
    const published = scene.coordinator.follow('told-ticks', 'told-statistics');
    await scene.watch();
    await writer.insert(vchannel, 7n, [1n]);
    const covered = await writer.tick();
    await eventually(() => expect(published.ticks).toContain(covered));
    expect(await call.close({})).toEqual(success);
    await released();
    expect((await cluster.saved(7n)).keys).toEqual([1n]);
    const before = published.ticks.length;
    await writer.tick();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(published.ticks).toHaveLength(before);
    expect(node.node.channels()).toEqual([]);
  });

  it('does nothing where nothing is watched, nor the second time', async () => {
    expect(await scene.call.close({})).toEqual(success);
    await scene.watch();
    await scene.call.close({});
    await released();
    expect(await scene.call.close({})).toEqual(success);
    expect(await scene.node.state(vchannel)).toBe(ChannelWatchState.ReleaseSuccess);
  });

  it('leaves to others what they assigned', async () => {
    await scene.node.assign(vchannel);
    await eventually(async () =>
      expect(await scene.node.state(vchannel)).toBe(ChannelWatchState.WatchSuccess),
    );
    expect(await scene.call.close({})).toEqual(success);
    expect(await scene.node.state(vchannel)).toBe(ChannelWatchState.WatchSuccess);
  });
});
