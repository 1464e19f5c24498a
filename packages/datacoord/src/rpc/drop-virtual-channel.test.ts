import { composeTimestamp, segmentStates, watchStates } from '@millrace/core';
import { common, data } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  channel,
  collectionID,
  type FakeNode,
  Harness,
  partitionID,
  positionAt,
  savedBatch,
} from '../testing/harness.ts';

const otherChannel = `by-dev-rootcoord-dml_1_${collectionID}v1`;

describe('DropVirtualChannel', () => {
  let cluster: Harness;
  let owner: FakeNode;
  let flushed: bigint;
  let growing: bigint;
  let elsewhere: bigint;
  beforeEach(async () => {
    cluster = await Harness.start();
    owner = await cluster.join('a');
    await cluster.watch([channel, otherChannel]);
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(owner.session.serverID);
    await cluster.acknowledge(watchStates['watch-success']);
    flushed = (await cluster.assign(10))[0]?.segID ?? 0n;
    await cluster.call.saveBinlogPaths({ ...savedBatch(owner, flushed, 50, 10, at(1000)), flushed: true });
    growing = (await cluster.assign(10))[0]?.segID ?? 0n;
    elsewhere = (await cluster.assign(10, otherChannel))[0]?.segID ?? 0n;
  });
  afterEach(() => cluster.end());

  const at = (ms: number) => positionAt(composeTimestamp(ms));
  const mark = async () => {
    const kv = await cluster.store.get(cluster.keys.key.channelRemoval({ vchannel: channel }));
    return kv === undefined ? undefined : Buffer.from(kv.value).toString();
  };

  /** What a node sends that has read the drop of the collection: the last logs of what it had not flushed. */
  const request = (by: FakeNode = owner): data.DropVirtualChannelRequest => {
    const last = savedBatch(by, growing, 70, 6, at(2000));
    return data.DropVirtualChannelRequest.fromPartial({
      base: { sourceID: by.session.serverID },
      channelName: channel,
      segments: [
        { segmentID: flushed, collectionID, numOfRows: 10n, deltalogs: [{}] },
        {
          segmentID: growing,
          collectionID,
          field2BinlogPaths: last.field2BinlogPaths,
          field2StatslogPaths: last.field2StatslogPaths,
          deltalogs: [{}, deltaLog(growing, 80n)],
          startPosition: at(1500),
          checkPoint: at(2000),
          numOfRows: 6n,
        },
        { segmentID: 4_242_424_242n, collectionID, numOfRows: 1n },
      ],
    });
  };

  it('drops every segment of the channel, told or not, with its last logs, and no other', async () => {
    const untold = (await cluster.assign(2_000))[0]?.segID ?? 0n;
    expect((await cluster.call.dropVirtualChannel(request())).status).toEqual({ errorCode: 0, reason: '' });
    for (const id of [flushed, growing, untold]) {
      const info = await cluster.segment(id);
      expect(info.state).toBe(segmentStates.dropped);
      // The time from which its files are kept for those who may still read them.
      expect(info.droppedAt).toBeGreaterThan(0n);
    }
    const last = await cluster.segment(growing);
    expect(last).toMatchObject({ numOfRows: 6n });
    expect(last.startPosition?.timestamp).toBe(composeTimestamp(1500));
    expect(last.dmlPosition?.timestamp).toBe(composeTimestamp(2000));
    expect(last.binlogs.map(({ fieldID }) => fieldID)).toEqual([0n, 1n, 100n, 101n]);
    expect(last.deltalogs[0]?.binlogs.map(({ logPath }) => logPath)).toEqual([
      `files/delta_log/${collectionID}/${partitionID}/${growing}/80`,
    ]);
    expect((await cluster.segment(flushed)).numOfRows).toBe(10n);
    expect((await cluster.segment(elsewhere)).state).toBe(segmentStates.growing);
  });

  it('marks the channel as going, and takes it from its node', async () => {
    expect(await mark()).toBe('non-removed');
    await cluster.call.dropVirtualChannel(request());
    expect(await mark()).toBe('removed');
    await expect.poll(async () => (await cluster.watchInfo())?.info.state).toBe(watchStates['to-release']);
  });

  it('leaves the same bytes when it is asked again', async () => {
    await cluster.call.dropVirtualChannel(request());
    const once = await cluster.dump();
    expect((await cluster.call.dropVirtualChannel(request())).status?.reason).toBe('');
    expect(await cluster.dump()).toEqual(once);
  });

  it('leaves one set of logs when many ask at once', async () => {
    await Promise.all(Array.from({ length: 10 }, () => cluster.call.dropVirtualChannel(request())));
    const last = await cluster.segment(growing);
    expect(last.binlogs[0]?.binlogs).toHaveLength(1);
    expect(last.numOfRows).toBe(6n);
  });

  it('is refused to a node that does not own the channel, and changes nothing', async () => {
    const stranger = await cluster.join('b');
    const before = await cluster.dump();
    const { status } = await cluster.call.dropVirtualChannel(request(stranger));
    expect(status).toEqual({
      errorCode: common.ErrorCode.MetaFailed,
      reason: `channel ${channel} is not watched on node ${stranger.session.serverID}`,
    });
    const unknown = await cluster.call.dropVirtualChannel({ ...request(), channelName: 'nosuch' });
    expect(unknown.status?.reason).toBe(`channel nosuch is not watched on node ${owner.session.serverID}`);
    expect((await cluster.call.dropVirtualChannel({})).status?.reason).toBe(
      'channel  is not watched on node 0',
    );
    expect(await cluster.dump()).toEqual(before);
  });

  it("refuses another segment's path and drops nothing of that segment", async () => {
    const wrong = request();
    const foreign = savedBatch(owner, 77n, 70, 6, at(2000));
    const segments = wrong.segments.map((segment) =>
      segment.segmentID === growing ? { ...segment, field2BinlogPaths: foreign.field2BinlogPaths } : segment,
    );
    const { status } = await cluster.call.dropVirtualChannel({ ...wrong, segments });
    expect(status?.reason).toContain("the segment path doesn't match the segment id");
    expect((await cluster.segment(growing)).state).toBe(segmentStates.growing);
  });

  it('is completed by a restart that comes in between: the node lets go, the key and the mark go', async () => {
    await cluster.call.dropVirtualChannel(request());
    const segment = await cluster.segment(growing);
    await cluster.restart();
    expect(await cluster.segment(growing)).toEqual(segment);
    await expect.poll(async () => (await cluster.watchInfo())?.info.state).toBe(watchStates['to-release']);
    await cluster.acknowledge(watchStates['release-success']);
    await expect.poll(() => cluster.watchInfo()).toBeUndefined();
    await expect.poll(mark).toBeUndefined();
    expect((await cluster.watchInfo(otherChannel))?.nodeID).toBe(owner.session.serverID);
  });

  it('can be asked again of a coordinator that was cut off behind the mark', async () => {
    const key = cluster.keys.key.channelRemoval({ vchannel: channel });
    await cluster.store.transact({ writes: [{ put: key, value: Buffer.from('removed') }] });
    await cluster.restart();
    const { status } = await cluster.call.dropVirtualChannel(request());
    expect(status?.reason).toBe('');
    for (const id of [flushed, growing])
      expect((await cluster.segment(id)).state).toBe(segmentStates.dropped);
  });

  it('lets later saves of its segments pass without effect', async () => {
    await cluster.call.dropVirtualChannel(request());
    const before = await cluster.dump();
    const late = await cluster.call.saveBinlogPaths(savedBatch(owner, growing, 90, 1, at(3000)));
    expect(late).toEqual({ errorCode: 0, reason: '' });
    expect(await cluster.dump()).toEqual(before);
  });
});

function deltaLog(segmentID: bigint, logID: bigint): data.FieldBinlog {
  const logPath = `files/delta_log/${collectionID}/${partitionID}/${segmentID}/${logID}`;
  return data.FieldBinlog.fromPartial({ binlogs: [{ entriesNum: 1n, logSize: 30n, logPath }] });
}
