import { seededRandom, Unavailable } from '@millrace/core';
import { common, data } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import type { ObjectStore } from '@millrace/storage';
import { decodeMessage } from '@millrace/stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkerPoolEncoder } from './encoder/drivers/worker-pool.ts';
import { TestCluster, type TestNode } from './testing/test-node.ts';
import { type LogWriter, testCollection, testPartition } from './testing/write-log.ts';

const vchannel = 'by-dev-rootcoord-dml_0_441v0';
const { ChannelWatchState } = data;
const { ErrorCode, SegmentState } = common;

/** Long enough for a busy machine. */
const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 10_000, interval: 10 });

describe('DataNode', () => {
  let cluster: TestCluster;
  let writer: LogWriter;
  beforeEach(async () => {
    cluster = new TestCluster();
    writer = cluster.writer(vchannel);
    await writer.tick();
  });
  afterEach(() => cluster.stop());

  const allocate = (ID: bigint, segment: Partial<data.SegmentInfo> = {}) =>
    cluster.dataCoord.allocate({
      ID,
      collectionID: testCollection,
      partitionID: testPartition,
      insertChannel: vchannel,
      ...segment,
    });
  const reached = async (node: TestNode, state: number) =>
    eventually(async () => expect(await node.state(vchannel)).toBe(state));
  const watched = async (node: TestNode) => {
    await node.assign(vchannel);
    await reached(node, ChannelWatchState.WatchSuccess);
  };
  const flushed = async (node: TestNode, segmentID: bigint) => {
    await node.flush([segmentID]);
    await writer.tick();
    await eventually(() =>
      expect(cluster.dataCoord.segments.get(segmentID)?.state).toBe(SegmentState.Flushed),
    );
  };
  const deltaMessages = async (count: number) => {
    const messages: string[] = [];
    const enough = new AbortController();
    for await (const batch of cluster.stream.read('by-dev-rootcoord-delta_0', 'earliest', enough.signal)) {
      for (const { payload } of batch) {
        const message = decodeMessage(payload);
        messages.push(`${message.kind}@${message.endTs}`);
      }
      if (messages.length >= count) enough.abort();
    }
    return messages;
  };

  it('saves paths, rows, deletes and positions of a flush in one call', async () => {
    allocate(7n);
    const node = cluster.start();
    await watched(node);
    const inserted = await writer.insert(vchannel, 7n, [3n, 1n, 2n]);
    await writer.tick();
    const deleted = await writer.delete([1n, 99n]);
    await writer.tick();
    await eventually(() => expect(node.rows(7n)).toBe(3));
    await node.flush([7n]);
    const end = await writer.tick();
    await eventually(() => expect(cluster.dataCoord.saves).toHaveLength(1));

    const saved = await cluster.saved(7n);
    expect(saved.keys).toEqual([3n, 1n, 2n]);
    expect(saved.deletes).toEqual([1n]);
    const [save] = cluster.dataCoord.saves;
    expect(save?.flushed).toBe(true);
    expect(save?.field2BinlogPaths.map(({ fieldID }) => fieldID)).toEqual([100n, 101n, 102n, 0n, 1n]);
    expect(save?.field2BinlogPaths[0]?.binlogs).toEqual([
      {
        entriesNum: 3n,
        timestampFrom: inserted,
        timestampTo: inserted,
        logPath: 'files/insert_log/441/442/7/100/1000000',
        logSize: 24n,
        logID: 0n,
      },
    ]);
    expect(save?.field2StatslogPaths[0]?.binlogs[0]?.logPath).toBe('files/stats_log/441/442/7/100/1000005');
    expect(save?.deltalogs[0]?.binlogs[0]).toMatchObject({
      entriesNum: 1n,
      timestampFrom: deleted,
      timestampTo: deleted,
      logPath: 'files/delta_log/441/442/7/1000006',
    });
    expect(save?.checkPoints).toMatchObject([
      {
        segmentID: 7n,
        numOfRows: 3n,
        position: { channelName: vchannel, msgGroup: `by-dev-dataNode-5-${vchannel}` },
      },
    ]);
    expect((save?.checkPoints[0]?.position?.timestamp ?? 0n) <= end).toBe(true);
    expect(save?.startPositions).toMatchObject([{ segmentID: 7n }]);
    expect(await cluster.strings(save?.field2BinlogPaths[1]?.binlogs[0]?.logPath ?? '')).toEqual([
      'name-3',
      'name-1',
      'name-2',
    ]);
  });

  it('saves a delete for a flushed segment, and holds the checkpoint until it is saved', async () => {
    allocate(7n);
    const node = cluster.start();
    await watched(node);
    await writer.insert(vchannel, 7n, [1n, 2n]);
    const beforeDelete = await writer.tick();
    await eventually(() => expect(node.rows(7n)).toBe(2));
    await flushed(node, 7n);
    const deleted = await writer.delete([2n]);
    for (let i = 0; i < 5; i++) await writer.tick();
    await eventually(() =>
      expect(cluster.dataCoord.checkpoints.get(vchannel)?.timestamp ?? 0n).toBeGreaterThan(beforeDelete),
    );
    expect(cluster.dataCoord.checkpoints.get(vchannel)?.timestamp ?? 0n).toBeLessThan(deleted);
    await writer.tick(700_000);
    await eventually(async () => expect((await cluster.saved(7n)).deletes).toEqual([2n]));
    const end = await writer.tick();
    await eventually(() => expect(cluster.dataCoord.checkpoints.get(vchannel)?.timestamp).toBe(end));
  });

  it('routes deletes after a restart by the stats logs of saved segments', async () => {
    allocate(7n);
    const first = cluster.start();
    await watched(first);
    await writer.insert(vchannel, 7n, [1n, 2n]);
    await writer.tick();
    await eventually(() => expect(first.rows(7n)).toBe(2));
    await flushed(first, 7n);
    await first.kill();

    const second = cluster.start();
    await watched(second);
    await writer.delete([2n, 77n]);
    await writer.tick(700_000);
    await writer.tick(700_000);
    await eventually(async () => expect((await cluster.saved(7n)).deletes).toEqual([2n]));
    expect((await cluster.saved(7n)).keys).toEqual([1n, 2n]);
  });

  it.each([
    ['before objects are written', 'objects', 'before'],
    ['before metadata names them', 'saveBinlogPaths', 'before'],
    ['behind the metadata, before the checkpoint', 'saveBinlogPaths', 'after'],
  ])('loses and repeats nothing when it dies %s', async (_, step, when) => {
    allocate(7n);
    const store: ObjectStore = Object.assign(Object.create(cluster.objects), {
      put: async (key: string, chunks: readonly Uint8Array[]) => {
        void first.kill();
        throw new Unavailable(`died before ${key}, ${chunks.length} chunks`);
      },
    });
    const first = cluster.start({ checkpointIntervalMs: 1e12 }, step === 'objects' ? store : cluster.objects);
    await watched(first);
    if (step === 'saveBinlogPaths') {
      if (when === 'before') {
        cluster.dataCoord.before = (call) => {
          if (call !== 'saveBinlogPaths') return undefined;
          void first.kill();
          throw new Unavailable('gone');
        };
      } else cluster.dataCoord.after = () => void first.kill();
    }
    await writer.insert(vchannel, 7n, [1n, 2n]);
    await writer.tick();
    await eventually(() => expect(first.rows(7n)).toBe(2));
    await writer.insert(vchannel, 7n, [3n]);
    await first.flush([7n]);
    await writer.tick();
    await first.finished;
    cluster.dataCoord.before = () => undefined;
    cluster.dataCoord.after = () => undefined;
    const flushedBefore = cluster.dataCoord.segments.get(7n)?.state === SegmentState.Flushed;

    const second = cluster.start();
    await watched(second);
    if (!flushedBefore) {
      await writer.tick();
      await eventually(() => expect(second.rows(7n)).toBe(3));
      await flushed(second, 7n);
    }
    const saved = await cluster.saved(7n);
    expect(saved.keys.sort()).toEqual([1n, 2n, 3n]);
    expect(saved.info.numOfRows).toBe(3n);
  });

  it('does not save twice when only the answer of a save was lost', async () => {
    allocate(7n);
    const node = cluster.start();
    await watched(node);
    let lost = 0;
    cluster.dataCoord.after = () => {
      if (lost++ === 0) throw new Unavailable('reply lost');
    };
    await writer.insert(vchannel, 7n, [1n, 2n]);
    await writer.tick();
    await eventually(() => expect(node.rows(7n)).toBe(2));
    await flushed(node, 7n);
    await writer.tick();
    await eventually(() => expect(cluster.dataCoord.checkpoints.size).toBe(1));
    expect((await cluster.saved(7n)).keys).toEqual([1n, 2n]);
    expect(cluster.dataCoord.saves).toHaveLength(1);
  });

  it('reuses the same log ids when a save is tried again', async () => {
    allocate(7n);
    const node = cluster.start();
    await watched(node);
    let refused = 0;
    cluster.dataCoord.before = (call) =>
      call === 'saveBinlogPaths' && refused++ < 1
        ? { errorCode: ErrorCode.UnexpectedError, reason: 'busy' }
        : undefined;
    await writer.insert(vchannel, 7n, [1n]);
    await writer.tick();
    await eventually(() => expect(node.rows(7n)).toBe(1));
    await flushed(node, 7n);
    expect(cluster.rootCoord.next).toBe(1_000_006n);
  });

  it('keeps the virtual channels of one physical channel apart, and lets no tick pass a delete', async () => {
    const other = 'by-dev-rootcoord-dml_0_500v0';
    allocate(7n);
    allocate(8n, { collectionID: 500n, insertChannel: other });
    const node = cluster.start();
    await watched(node);
    await node.assign(other, 500n);
    await eventually(async () => expect(await node.state(other)).toBe(ChannelWatchState.WatchSuccess));
    await writer.insert(vchannel, 7n, [1n]);
    await writer.insert(other, 8n, [1n, 2n], { collectionID: 500n });
    await writer.tick();
    const one = await writer.delete([1n]);
    const two = await writer.delete([2n], -1n, 500n);
    const tick = await writer.tick();
    await eventually(() => expect([node.rows(7n), node.rows(8n)]).toEqual([1, 2]));
    await flushed(node, 7n);
    await flushed(node, 8n);
    expect((await cluster.saved(7n)).deletes).toEqual([1n]);
    expect((await cluster.saved(8n)).deletes).toEqual([2n]);
    const messages = await deltaMessages(6);
    const at = (text: string) => messages.indexOf(text);
    expect(at(`delete@${one}`)).toBeGreaterThanOrEqual(0);
    expect(at(`delete@${two}`)).toBeGreaterThanOrEqual(0);
    expect(at(`timetick@${tick}`)).toBeGreaterThan(Math.max(at(`delete@${one}`), at(`delete@${two}`)));
    const ticks = messages.filter((message) => message.startsWith('timetick'));
    expect(new Set(ticks).size).toBe(ticks.length);
  });

  it('drops the segments of a dropped partition, flushed ones too', async () => {
    allocate(7n);
    allocate(8n);
    allocate(9n, { partitionID: 443n });
    const node = cluster.start();
    await watched(node);
    await writer.insert(vchannel, 7n, [1n]);
    await writer.insert(vchannel, 8n, [2n]);
    await writer.insert(vchannel, 9n, [3n], { partitionID: 443n });
    await writer.tick();
    await eventually(() => expect(node.rows(9n)).toBe(1));
    await flushed(node, 7n);
    await writer.dropPartition(testPartition);
    await writer.insert(vchannel, 8n, [4n]);
    await writer.tick();
    await writer.tick();
    const states = () => [7n, 8n, 9n].map((ID) => cluster.dataCoord.segments.get(ID)?.state);
    await eventually(() =>
      expect(states()).toEqual([SegmentState.Dropped, SegmentState.Dropped, SegmentState.Growing]),
    );
    expect(node.rows(9n)).toBe(1);
  });

  it('ends a channel whose collection is dropped with one call that names every segment', async () => {
    allocate(7n);
    allocate(8n);
    const node = cluster.start();
    await watched(node);
    await writer.insert(vchannel, 7n, [1n]);
    await writer.tick();
    await eventually(() => expect(node.rows(7n)).toBe(1));
    await flushed(node, 7n);
    await writer.insert(vchannel, 8n, [2n]);
    await writer.dropCollection();
    await writer.tick();
    await eventually(() => expect(cluster.dataCoord.drops).toHaveLength(1));
    const [drop] = cluster.dataCoord.drops;
    expect(drop?.channelName).toBe(vchannel);
    expect(drop?.segments.map(({ segmentID, numOfRows }) => [segmentID, numOfRows]).sort()).toEqual([
      [7n, 1n],
      [8n, 1n],
    ]);
    await eventually(() => expect(node.node.channels()).toEqual([]));
    expect(node.node.budget.bytes).toBe(0);
  });

  it('hands a channel over with everything written and the checkpoint at the end', async () => {
    allocate(7n);
    const first = cluster.start();
    await watched(first);
    await writer.insert(vchannel, 7n, [1n, 2n]);
    const end = await writer.tick();
    await eventually(() => expect(first.rows(7n)).toBe(2));
    await first.askRelease(vchannel);
    await reached(first, ChannelWatchState.ReleaseSuccess);
    expect(cluster.dataCoord.checkpoints.get(vchannel)?.timestamp).toBe(end);
    expect((await cluster.saved(7n)).keys).toEqual([1n, 2n]);

    const second = cluster.start();
    await watched(second);
    await writer.insert(vchannel, 7n, [3n]);
    await writer.tick();
    await eventually(() => expect(second.rows(7n)).toBe(3));
    await flushed(second, 7n);
    const saved = await cluster.saved(7n);
    expect(saved.keys).toEqual([1n, 2n, 3n]);
    expect(saved.info.numOfRows).toBe(3n);
  });

  it('gives up a channel that belongs to another node, without saving', async () => {
    allocate(7n);
    const node = cluster.start();
    await watched(node);
    cluster.dataCoord.before = (call) =>
      call === 'saveBinlogPaths'
        ? { errorCode: ErrorCode.MetaFailed, reason: 'channel is not watched on node 5' }
        : undefined;
    await writer.insert(vchannel, 7n, [1n]);
    await writer.tick();
    await eventually(() => expect(node.rows(7n)).toBe(1));
    await node.flush([7n]);
    await writer.tick();
    await eventually(() => expect(node.node.channels()).toEqual([]));
    await eventually(async () => expect(await node.state(vchannel)).toBe(ChannelWatchState.WatchFailure));
    expect(cluster.dataCoord.saves).toEqual([]);
    expect(node.node.budget.bytes).toBe(0);
  });

  it('takes a segment that DataCoord forgot for saved, and goes on', async () => {
    const node = cluster.start();
    await watched(node);
    await writer.insert(vchannel, 70n, [1n]);
    await writer.tick();
    await eventually(() => expect(node.rows(70n)).toBe(1));
    await node.flush([70n]);
    await writer.tick();
    await eventually(() => expect(node.rows(70n)).toBe(0));
    expect(node.node.channels()).toHaveLength(1);
  });

  it('leaves segments that DataCoord collected out of a watch instead of failing it', async () => {
    allocate(7n);
    const node = cluster.start();
    const vchan = cluster.dataCoord.vchannel;
    cluster.dataCoord.vchannel = (...args) => {
      const info = vchan.apply(cluster.dataCoord, args);
      return { ...info, flushedSegmentIds: [404n], unflushedSegmentIds: [7n, 405n] };
    };
    await watched(node);
    expect(node.node.channels()[0]?.segment(7n)).toBeDefined();
  });

  it('says WatchFailure at once when a channel cannot be recovered', async () => {
    cluster.dataCoord.before = () => ({ errorCode: ErrorCode.UnexpectedError, reason: 'no' });
    const node = cluster.start();
    await node.assign(vchannel);
    await reached(node, ChannelWatchState.WatchFailure);
  });

  it('hands back a channel that it is said to serve and does not', async () => {
    const node = cluster.start({ reconcileMs: 20 });
    await node.put(vchannel, { state: ChannelWatchState.WatchSuccess });
    await reached(node, ChannelWatchState.WatchFailure);
  });

  it('ends a channel whose assignment was taken away, writing nothing', async () => {
    allocate(7n);
    const node = cluster.start();
    await watched(node);
    await writer.insert(vchannel, 7n, [1n]);
    await writer.tick();
    await eventually(() => expect(node.rows(7n)).toBe(1));
    await cluster.metaStore.transact({ writes: [{ delete: node.key(vchannel) }] });
    await eventually(() => expect(node.node.channels()).toEqual([]));
    expect(cluster.dataCoord.saves).toEqual([]);
    expect(node.node.budget.bytes).toBe(0);
  });

  it('stays within its memory while objects cannot be stored, and loses nothing', async () => {
    allocate(7n);
    let broken = true;
    const store: ObjectStore = Object.assign(Object.create(cluster.objects), {
      put: async (key: string, chunks: readonly Uint8Array[]) => {
        if (broken) throw new Unavailable('no object store');
        await cluster.objects.put(key, chunks);
      },
    });
    const memoryBytesMax = 200_000;
    const node = cluster.start({ memoryBytesMax, memoryHighMark: 0.5 }, store);
    await watched(node);
    const keys = Array.from({ length: 20_000 }, (_, at) => BigInt(at));
    for (let at = 0; at < keys.length; at += 200) {
      await writer.insert(vchannel, 7n, keys.slice(at, at + 200));
      await writer.tick();
    }
    await eventually(() => expect(node.node.budget.isHigh).toBe(true));
    await realClock.sleep(100);
    expect(node.node.budget.peakBytes).toBeLessThan(memoryBytesMax);
    expect(node.rows(7n)).toBeLessThan(keys.length);
    broken = false;
    await eventually(() => expect(node.rows(7n)).toBe(keys.length));
    await flushed(node, 7n);
    expect((await cluster.saved(7n)).keys.sort((a, b) => (a < b ? -1 : 1))).toEqual(keys);
    expect(node.node.budget.peakBytes).toBeLessThan(memoryBytesMax);
  });

  it('leaves rows alone that another thread encoded and a slow store still writes', async () => {
    const encoder = new WorkerPoolEncoder({ workers: 1 });
    const random = seededRandom(1);
    // Nothing that compression makes smaller: such columns are written from where they lie.
    const word = (bits: number) => BigInt(Math.floor(random.next() * 2 ** bits));
    const keys = () => Array.from({ length: 2_000 }, () => (word(31) << 32n) | word(32));
    const [first, second] = [keys(), keys()];
    const go = Promise.withResolvers<void>();
    let held = 0;
    const store: ObjectStore = Object.assign(Object.create(cluster.objects), {
      put: async (key: string, chunks: readonly Uint8Array[]) => {
        held++;
        await go.promise;
        await cluster.objects.put(key, chunks);
      },
    });
    allocate(7n);
    allocate(8n);
    const node = cluster.start({}, store, encoder);
    await watched(node);
    await writer.insert(vchannel, 7n, first);
    await writer.tick();
    await eventually(() => expect(node.rows(7n)).toBe(first.length));
    await node.flush([7n]);
    await writer.tick();
    await eventually(() => expect(held).toBeGreaterThan(0));
    await writer.insert(vchannel, 8n, second);
    await writer.tick();
    await eventually(() => expect(node.rows(8n)).toBe(second.length));
    go.resolve();
    await flushed(node, 7n);
    expect((await cluster.saved(7n)).keys).toEqual(first);
    await encoder.close();
  });

  it('reports absolute row counts with ticks, and all open segments when asked', async () => {
    allocate(7n);
    const node = cluster.start();
    await watched(node);
    await writer.insert(vchannel, 7n, [1n, 2n]);
    const end = await writer.tick();
    const reports: data.DataNodeTtMsg[] = [];
    const enough = new AbortController();
    for await (const batch of cluster.stream.read(
      'by-dev-datacoord-timetick-channel',
      'earliest',
      enough.signal,
    )) {
      reports.push(...batch.map(({ payload }) => data.DataNodeTtMsg.decode(payload)));
      if (reports.some(({ timestamp }) => timestamp === end)) enough.abort();
    }
    const last = reports.find(({ timestamp }) => timestamp === end);
    expect(last).toMatchObject({ channelName: vchannel, base: { sourceID: 5n, msgType: 1208 } });
    expect(last?.segmentsStats).toEqual([{ SegmentID: 7n, NumRows: 2n }]);
    const resent = await node.handlers.resendSegmentStats?.(data.ResendSegmentStatsRequest.create(), {
      signal: enough.signal,
      peer: 'test',
    });
    expect(resent).toEqual({ segResent: [7n] });
  });

  it('refuses to flush for another node, and a segment it does not know', async () => {
    const node = cluster.start();
    await watched(node);
    await expect(async () => node.flush([1n])).rejects.toThrow(
      'no flush channel found for the segment, unable to flush',
    );
    const wrong = data.FlushSegmentsRequest.fromPartial({ base: { targetID: 99n } });
    await expect(async () =>
      node.handlers.flushSegments?.(wrong, { signal: new AbortController().signal, peer: 'test' }),
    ).rejects.toMatchObject({ milvusCode: 'NodeIDNotMatch' });
  });
});
