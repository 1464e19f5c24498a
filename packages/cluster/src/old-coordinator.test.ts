import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom, silentLogger } from '@millrace/core';
import { listSessions } from '@millrace/metastore';
import { common, internal, legacy, milvus } from '@millrace/proto';
import { checked, connect, loadOptions, type RpcClient, realClock, realRandom } from '@millrace/runtime';
import { type MessageStream, openStream } from '@millrace/stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCollection } from './inspect/catalog.ts';
import { type LocalData, openLocal } from './inspect/open-local.ts';
import { type LocalCluster, startLocalCluster } from './supervisor/local-cluster.ts';
import { RunningLoad } from './testing/running-load.ts';

const wait = { timeout: 20_000, interval: 100 };
const rows = 100;

describe('the DataNode process of a local cluster under an old-style coordinator', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-old-coordinator-'));
  const reading = new AbortController();
  let cluster: LocalCluster;
  let kept: LocalData;
  let stream: MessageStream;
  let node: RpcClient<typeof legacy.DataNodeService>;
  let client: RpcClient<typeof milvus.MilvusServiceService>;
  let load: RunningLoad;

  beforeAll(async () => {
    const settings = { directory, port: 0, logLevel: 'warn', options: {} };
    cluster = await startLocalCluster({ ...settings, dataNodes: 1 }, () => {});
    kept = await openLocal(directory);
    const flags = { 'millrace.stream': 'file', 'millrace.dataDirectory': join(directory, 'data') };
    const world = { clock: realClock, random: realRandom, log: silentLogger };
    stream = await openStream(loadOptions({ flags }), world);
    const [session] = await listSessions(kept.store, kept.keys.root, 'datanode');
    node = connect(legacy.DataNodeService, session?.address ?? '');
    client = connect(milvus.MilvusServiceService, cluster.address);
    load = new RunningLoad(client.call, realClock, seededRandom(1), { collection: 'driven' });
    await load.create();
  }, 60_000);
  afterAll(async () => {
    reading.abort();
    node.close();
    client.close();
    await stream.close();
    await kept.close();
    await cluster.stop();
    rmSync(directory, { recursive: true });
  });

  const follow = async (channel: string, take: (payload: Uint8Array) => void) => {
    for await (const batch of stream.read(channel, 'earliest', reading.signal))
      for (const { payload } of batch) take(payload);
  };

  it('publishes rows and time where it is told, and flushes what it is told to', async () => {
    const { id, vchannels } = await findCollection(kept.store, kept.keys, 'driven');
    const told = new Map<bigint, bigint>();
    let tick = 0n;
    void follow('told-statistics', (payload) => {
      const { base, SegStats } = legacy.SegmentStatistics.decode(payload);
      expect(base?.msgType).toBe(common.MsgType.SegmentStatistics);
      for (const { SegmentID, NumRows } of SegStats) told.set(SegmentID, NumRows);
    });
    void follow('told-ticks', (payload) => {
      tick = internal.TimeTickMsg.decode(payload).base?.timestamp ?? 0n;
    });
    checked(await node.call.setStatsChannel({ channelID: 'told-statistics' }));
    checked(await node.call.setTimeTickChannel({ channelID: 'told-ticks' }));
    // DataCoord may have assigned them already: told again, nothing changes.
    await expect
      .poll(async () => (await node.call.watchDmChannels({ channelNames: [...vchannels] })).errorCode, wait)
      .toBe(common.ErrorCode.Success);

    while (!(await load.insert(rows))) await realClock.sleep(100);
    const sum = () => [...told.values()].reduce((total, each) => total + each, 0n);
    await expect.poll(sum, wait).toBe(BigInt(rows));
    const before = tick;
    await expect.poll(() => tick > before, wait).toBe(true);

    checked(await node.call.flush({ collectionID: id }));
    const flushed = async () => {
      const { infos } = checked(await client.call.getPersistentSegmentInfo({ collectionName: 'driven' }));
      return infos
        .filter(({ state }) => state === common.SegmentState.Flushed)
        .reduce((total, { numRows }) => total + Number(numRows), 0);
    };
    await expect.poll(flushed, wait).toBe(rows);
  }, 60_000);
});
