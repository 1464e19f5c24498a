import { common, data, type internal } from '@millrace/proto';
import { Comparison } from '@millrace/proto/testing/compare-recorded';
import { recorded } from '@millrace/proto/testing/recorded';
import { realClock } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { probeLikeness } from '../testing/likeness.ts';
import { ReplayedNode } from '../testing/replayed-node.ts';
import { testSchema } from '../testing/write-log.ts';

const probes = recorded('probes').filter(({ path }) => path.includes('DataNode'));
const collectionID = 470_639_931_892_433_704n;
const channel = `by-dev-rootcoord-dml_0_${collectionID}v0`;
const flushed = 470_639_931_892_633_730n;
const growing = 470_639_931_892_633_944n;

describe('what a DataNode 2.2.8 was asked on purpose', () => {
  const comparison = new Comparison(probeLikeness);
  let replayed: ReplayedNode;
  beforeEach(async () => {
    replayed = await ReplayedNode.start(4n, realClock.now(), comparison, { channelWaitMs: 100 });
    const { cluster, node } = replayed;
    const { Flushed, Growing } = common.SegmentState;
    const position: internal.MsgPosition = {
      channelName: channel,
      msgID: Buffer.alloc(8),
      msgGroup: '',
      timestamp: 1n,
    };
    const own = { collectionID, partitionID: 1n, insertChannel: channel, startPosition: position };
    cluster.dataCoord.allocate({ ...own, ID: flushed, state: Flushed });
    cluster.dataCoord.allocate({ ...own, ID: growing, state: Growing });
    const writer = cluster.writer(channel);
    await writer.tick();
    await node.put(channel, {
      vchan: cluster.dataCoord.vchannel(collectionID, channel, position),
      state: data.ChannelWatchState.ToWatch,
      schema: testSchema,
    });
    await expect.poll(() => node.state(channel)).toBe(data.ChannelWatchState.WatchSuccess);
    await writer.insert(channel, growing, [1n, 2n], { partitionID: 1n, collectionID });
    await writer.tick();
    await expect.poll(() => node.rows(growing)).toBe(2);
  });
  afterEach(() => replayed.stop());

  it('is answered the same by ours', async () => {
    expect(probes).toHaveLength(31);
    for (const exchange of probes) await replayed.ask(exchange);
    expect(comparison.differences).toEqual([]);
    expect(comparison.unused).toEqual([]);
  });
});
