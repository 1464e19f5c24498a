import { common } from '@millrace/proto';
import { encodeDropCollection, encodeDropPartition } from '@millrace/stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, OldApiScene, success, vchannel } from '../testing/old-api-scene.ts';
import { testCollection } from '../testing/write-log.ts';

const { SegmentState } = common;

describe('WatchDdChannel of the older DataNode', () => {
  let scene: OldApiScene;
  beforeEach(async () => {
    scene = await OldApiScene.start();
  });
  afterEach(() => scene.end());

  const dropCollection = (timestamp: bigint, channelID: string, collectionID = testCollection) =>
    scene.cluster.stream.publish(channelID, [
      encodeDropCollection({ timestamp, sourceID: 1n }, { collectionID }),
    ]);
  const dropped = () =>
    eventually(async () => {
      await scene.writer.tick();
      expect(scene.cluster.dataCoord.drops.map(({ channelName }) => channelName)).toEqual([vchannel]);
    });

  it('ends what is dropped there, once its rows have been consumed', async () => {
    const { call, writer, cluster } = scene;
    scene.allocate(7n);
    scene.allocate(8n, 99n);
    expect(await call.watchDdChannel({ channelID: 'told-definitions' })).toEqual(success);
    await scene.watch();
    await writer.insert(vchannel, 7n, [1n]);
    await writer.insert(vchannel, 8n, [2n], { partitionID: 99n });
    const rowsUntil = await writer.tick();
    const origin = { timestamp: rowsUntil, sourceID: 1n };
    await cluster.stream.publish('told-definitions', [
      encodeDropPartition(origin, { collectionID: testCollection, partitionID: 99n }),
      encodeDropCollection(origin, { collectionID: 5n }),
    ]);
    await eventually(async () => {
      await writer.tick();
      expect(scene.stateOf(8n)).toBe(SegmentState.Dropped);
    });
    expect(scene.stateOf(7n)).toBe(SegmentState.Growing);
    await dropCollection(rowsUntil, 'told-definitions');
    await dropped();
    expect(scene.node.node.channels()).toEqual([]);
  });

  it('ends what was dropped before it came, also in a channel that is watched later', async () => {
    await dropCollection(await scene.writer.tick(), 'told-definitions');
    await scene.call.watchDdChannel({ channelID: 'told-definitions' });
    await scene.watch();
    await dropped();
  });

  it('reads another channel when it names another, and the former no more', async () => {
    await scene.watch();
    await scene.call.watchDdChannel({ channelID: 'told-definitions' });
    await scene.call.watchDdChannel({ channelID: 'other-definitions' });
    await dropCollection(await scene.writer.tick(), 'told-definitions');
    await scene.writer.tick();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(scene.cluster.dataCoord.drops).toEqual([]);
    await dropCollection(await scene.writer.tick(), 'other-definitions');
    await dropped();
  });

  it('is refused what names no channel, and says what does', async () => {
    for (const channelID of ['', 'a/b', 'x'.repeat(250)]) {
      const { errorCode, reason } = await scene.call.watchDdChannel({ channelID });
      expect(errorCode).toBe(common.ErrorCode.IllegalArgument);
      expect(reason).toContain('is no channel');
    }
  });

  it('is refused by a node that does not serve', async () => {
    await scene.node.kill();
    expect((await scene.call.watchDdChannel({ channelID: 'told-definitions' })).errorCode).toBe(
      common.ErrorCode.NotReadyServe,
    );
  });
});
