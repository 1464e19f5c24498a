import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@millrace/core';
import { common, milvus } from '@millrace/proto';
import { checked, connect, type RpcClient, realClock } from '@millrace/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCluster, startLocalCluster } from './supervisor/local-cluster.ts';
import { RunningLoad } from './testing/running-load.ts';

const rowsOfSegment = 50;
const wait = { timeout: 30_000, interval: 100 };

describe('maintenance through the proxy of a local cluster', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-maintenance-'));
  let cluster: LocalCluster;
  let client: RpcClient<typeof milvus.MilvusServiceService>;

  beforeAll(async () => {
    cluster = await startLocalCluster(
      {
        directory,
        dataNodes: 1,
        port: 0,
        logLevel: 'warn',
        options: {
          'dataNode.checkpointInterval': '500',
          'dataCoord.compaction.enableAutoCompaction': 'false',
        },
      },
      () => {},
    );
    client = connect(milvus.MilvusServiceService, cluster.address);
  });
  afterAll(async () => {
    client.close();
    await cluster.stop();
    rmSync(directory, { recursive: true });
  });

  /** A collection with rows in several flushed segments of each shard. */
  async function filled(collection: string): Promise<RunningLoad> {
    const load = new RunningLoad(client.call, realClock, seededRandom(1), { collection });
    await load.create();
    for (let flush = 0; flush < 3; flush++) {
      while (!(await load.insert(rowsOfSegment))) await realClock.sleep(100);
      await load.flushAll(AbortSignal.timeout(wait.timeout));
    }
    return load;
  }

  const segmentsOf = async (collectionName: string) =>
    checked(await client.call.getPersistentSegmentInfo({ collectionName })).infos;
  const rowsOf = async (collectionName: string) =>
    (await segmentsOf(collectionName)).reduce((sum, { numRows }) => sum + Number(numRows), 0);

  async function compacted(collectionName: string): Promise<bigint> {
    const { collectionID } = checked(await client.call.describeCollection({ collectionName }));
    const { compactionID } = checked(await client.call.manualCompaction({ collectionID }));
    await expect
      .poll(async () => (await client.call.getCompactionState({ compactionID })).state, wait)
      .toBe(common.CompactionState.Completed);
    return compactionID;
  }

  it('ManualCompaction merges small segments, and says into which', async () => {
    await filled('merged');
    const before = await segmentsOf('merged');
    const compactionID = await compacted('merged');
    const { mergeInfos } = checked(await client.call.getCompactionStateWithPlans({ compactionID }));
    expect(mergeInfos.flatMap(({ sources }) => sources).sort()).toEqual(
      before.map(({ segmentID }) => segmentID).sort(),
    );
    const after = (await segmentsOf('merged')).map(({ segmentID }) => segmentID);
    expect(after.sort()).toEqual(mergeInfos.map(({ target }) => target).sort());
    expect(after.length).toBeLessThan(before.length);
    expect(await rowsOf('merged')).toBe(3 * rowsOfSegment);
  }, 90_000);

  it('AlterCollection gives rows a time to live, and the next compaction takes the expired ones out', async () => {
    await filled('expiring');
    const properties = [{ key: 'collection.ttl.seconds', value: '1' }];
    expect(await client.call.alterCollection({ collectionName: 'expiring', properties })).toMatchObject({
      errorCode: common.ErrorCode.Success,
    });
    const described = checked(await client.call.describeCollection({ collectionName: 'expiring' }));
    expect(described.properties).toEqual(properties);
    await expect
      .poll(async () => {
        await compacted('expiring');
        return rowsOf('expiring');
      }, wait)
      .toBe(0);
  }, 90_000);

  it('FlushAll flushes what every collection got before it', async () => {
    const loads = [await filled('first'), await filled('second')];
    for (const load of loads) while (!(await load.insert(rowsOfSegment))) await realClock.sleep(100);
    const { flushAllTs } = checked(await client.call.flushAll({}));
    await expect
      .poll(async () => checked(await client.call.getFlushAllState({ flushAllTs })).flushed, wait)
      .toBe(true);
    const segments = [...(await segmentsOf('first')), ...(await segmentsOf('second'))];
    expect(segments.filter(({ state }) => state !== common.SegmentState.Flushed)).toEqual([]);
    expect(segments.reduce((sum, { numRows }) => sum + Number(numRows), 0)).toBe(8 * rowsOfSegment);
  }, 90_000);

  it('CheckHealth asks all of them', async () => {
    expect(checked(await client.call.checkHealth({}))).toMatchObject({ isHealthy: true, reasons: [] });
  });
});
