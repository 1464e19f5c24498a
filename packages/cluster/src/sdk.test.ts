import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataType, MilvusClient } from '@zilliz/milvus2-sdk-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCluster, startLocalCluster } from './supervisor/local-cluster.ts';

describe('the official SDK for Node, on a local cluster', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-sdk-'));
  let cluster: LocalCluster;
  let client: MilvusClient;
  beforeAll(async () => {
    cluster = await startLocalCluster(
      { directory, dataNodes: 1, port: 0, logLevel: 'warn', options: {} },
      () => {},
    );
    client = new MilvusClient({ address: cluster.address, ssl: false, logLevel: 'error' });
  });
  afterAll(async () => {
    await client.closeConnection();
    await cluster.stop();
    rmSync(directory, { recursive: true });
  });

  const row = (id: number) => ({
    id: String(2n ** 60n + BigInt(id)),
    flag: id % 2 === 0,
    tiny: id % 100,
    ratio: id / 3,
    vector: [id, 0.5, -1, 2],
    text: `text ${id}`,
  });

  it('creates, describes, inserts every type, deletes, flushes and counts', async () => {
    const created = await client.createCollection({
      collection_name: 'every_type',
      shards_num: 2,
      fields: [
        { name: 'id', data_type: DataType.Int64, is_primary_key: true },
        { name: 'flag', data_type: DataType.Bool },
        { name: 'tiny', data_type: DataType.Int8 },
        { name: 'ratio', data_type: DataType.Double },
        { name: 'vector', data_type: DataType.FloatVector, dim: 4 },
        { name: 'text', data_type: DataType.VarChar, max_length: 32 },
      ],
    });
    expect(created.error_code).toBe('Success');
    expect((await client.hasCollection({ collection_name: 'every_type' })).value).toBe(true);
    const described = await client.describeCollection({ collection_name: 'every_type' });
    expect(described.schema.fields.map(({ name }) => name)).toEqual([
      'id',
      'flag',
      'tiny',
      'ratio',
      'vector',
      'text',
    ]);

    const inserted = await client.insert({
      collection_name: 'every_type',
      data: Array.from({ length: 200 }, (_, id) => row(id)),
    });
    expect(inserted.status.error_code).toBe('Success');
    expect(Number(inserted.insert_cnt)).toBe(200);
    const deleted = await client.delete({
      collection_name: 'every_type',
      filter: `id in [${row(1).id}, ${row(2).id}]`,
    });
    expect(Number(deleted.delete_cnt)).toBe(2);

    expect((await client.flushSync({ collection_names: ['every_type'] })).status.error_code).toBe('Success');
    const statistics = await client.getCollectionStatistics({ collection_name: 'every_type' });
    expect(statistics.data['row_count']).toBe('200');
    const { infos } = await client.getPersistentSegmentInfo({ collectionName: 'every_type' });
    expect(infos.reduce((sum, info) => sum + Number(info.num_rows), 0)).toBe(200);
  });

  it('names partitions and aliases', async () => {
    expect(
      (await client.createPartition({ collection_name: 'every_type', partition_name: 'p' })).error_code,
    ).toBe('Success');
    const partitions = await client.showPartitions({ collection_name: 'every_type' });
    expect(partitions.partition_names.sort()).toEqual(['_default', 'p']);
    expect((await client.createAlias({ collection_name: 'every_type', alias: 'other' })).error_code).toBe(
      'Success',
    );
    expect((await client.describeCollection({ collection_name: 'other' })).schema.name).toBe('every_type');
    expect((await client.dropAlias({ alias: 'other' })).error_code).toBe('Success');
  });

  it('is told what is wrong with a row, and that searching is served elsewhere', async () => {
    const unknown = await client
      .insert({ collection_name: 'nothing', data: [row(1)] })
      .catch((error: Error) => error);
    expect(String(unknown instanceof Error ? unknown.message : unknown.status.reason)).toMatch(/nothing/);
    const search = await client
      .loadCollection({ collection_name: 'every_type' })
      .catch((error: Error) => error);
    expect(String(search instanceof Error ? search.message : search.reason)).toMatch(/write path/);
  });

  it('drops a collection, whose name can be used again', async () => {
    expect((await client.dropCollection({ collection_name: 'every_type' })).error_code).toBe('Success');
    await expect
      .poll(async () => (await client.hasCollection({ collection_name: 'every_type' })).value)
      .toBe(false);
    const again = await client.createCollection({
      collection_name: 'every_type',
      fields: [
        { name: 'id', data_type: DataType.Int64, is_primary_key: true, autoID: true },
        { name: 'vector', data_type: DataType.FloatVector, dim: 2 },
      ],
    });
    expect(again.error_code).toBe('Success');
    const inserted = await client.insert({
      collection_name: 'every_type',
      data: [{ vector: [1, 2] }, { vector: [3, 4] }],
    });
    expect(inserted.status.error_code).toBe('Success');
    await client.flushSync({ collection_names: ['every_type'] });
    expect((await client.getCollectionStatistics({ collection_name: 'every_type' })).data['row_count']).toBe(
      '2',
    );
  });
});
