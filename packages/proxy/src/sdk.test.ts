import { shardOfVarchar } from '@millrace/core';
import type { schema } from '@millrace/proto';
import { decodeMessage, readInsert } from '@millrace/stream';
import { DataType, MilvusClient } from '@zilliz/milvus2-sdk-node';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { payloadsOf, servedProxy } from './testing/served-proxy.ts';

/** Small, so that an insert of a few rows takes several messages. */
const messageBytesMax = 3_000;

const fields = [
  { name: 'pk', data_type: DataType.VarChar, is_primary_key: true, max_length: 64 },
  { name: 'yes', data_type: DataType.Bool },
  { name: 'tiny', data_type: DataType.Int8 },
  { name: 'small', data_type: DataType.Int16 },
  { name: 'medium', data_type: DataType.Int32 },
  { name: 'large', data_type: DataType.Int64 },
  { name: 'single', data_type: DataType.Float },
  { name: 'double', data_type: DataType.Double },
  { name: 'text', data_type: DataType.VarChar, max_length: 4_096 },
  { name: 'vector', data_type: DataType.FloatVector, dim: 4 },
  { name: 'bits', data_type: DataType.BinaryVector, dim: 16 },
];

const int = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const aRow = fc.record({
  pk: fc.string({ unit: 'grapheme', maxLength: 8 }),
  yes: fc.boolean(),
  tiny: int(8),
  small: int(16),
  medium: int(32),
  large: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  single: float,
  double: fc.double({ noNaN: true, noDefaultInfinity: true }),
  text: fc.string({ unit: 'grapheme', maxLength: 300 }),
  vector: fc.array(float, { minLength: 4, maxLength: 4 }),
  bits: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 2, maxLength: 2 }),
});

let cluster: Awaited<ReturnType<typeof servedProxy>>;
let client: MilvusClient;

beforeAll(async () => {
  cluster = await servedProxy({ messageBytesMax, requestBytesMax: 1_000_000 });
  client = new MilvusClient({ address: cluster.address, ssl: false, timeout: 10_000, logLevel: 'error' });
  await client.connectPromise;
});
afterAll(async () => {
  await client.closeConnection();
  await cluster.close();
});

async function create(name: string, shards: number) {
  const answer = await client.createCollection({ collection_name: name, shards_num: shards, fields });
  expect(answer.error_code).toBe('Success');
  const { collectionID } = await client.describeCollection({ collection_name: name });
  return Array.from(
    { length: shards },
    (_, shard) => `by-dev-rootcoord-dml_${shard}_${collectionID}v${shard}`,
  );
}

/** The inserts of each virtual channel. */
async function insertsOf(vchannel: string) {
  const payloads = await payloadsOf(cluster.stream, vchannel.slice(0, vchannel.lastIndexOf('_')));
  return payloads
    .filter((payload) => {
      const message = decodeMessage(payload);
      return message.kind === 'insert' && message.shardName === vchannel;
    })
    .map((payload) => ({ ...readInsert(payload), bytes: payload.length }));
}

describe("the official SDK's insert", () => {
  it('puts every row of every type into the log once, in the shard of its key, in messages below the limit', async () => {
    let collections = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(aRow, { minLength: 1, maxLength: 40, selector: ({ pk }) => pk }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 30 }),
        async (rows, shards, segmentRowsMax) => {
          const name = `rows_${collections++}`;
          cluster.dataCoord.segmentRowsMax = segmentRowsMax;
          const vchannels = await create(name, shards);
          const answer = await client.insert({ collection_name: name, data: rows });
          expect(answer.status).toMatchObject({ error_code: 'Success' });
          expect(answer.insert_cnt).toBe(String(rows.length));
          const byShard = await Promise.all(vchannels.map(insertsOf));
          for (const [shard, inserts] of byShard.entries()) {
            const expected = rows.filter(({ pk }) => shardOfVarchar(pk, shards) === shard);
            expect(inserts.flatMap(rowsOf)).toEqual(expected);
          }
          const inserts = byShard.flat();
          expect(inserts.every(({ bytes, numRows }) => bytes <= messageBytesMax || numRows === 1n)).toBe(
            true,
          );
          expect(new Set(inserts.flatMap(({ rowIDs }) => rowIDs)).size).toBe(rows.length);
          expect(new Set(inserts.map(({ base }) => base?.msgID)).size).toBe(inserts.length);
          expect(new Set(inserts.flatMap(({ timestamps }) => timestamps))).toEqual(
            new Set([inserts[0]?.base?.timestamp]),
          );
        },
      ),
      { numRuns: 25 },
    );
    cluster.dataCoord.segmentRowsMax = 1_000_000;
  });
});

describe('the official SDK', () => {
  const rows = fc.sample(aRow, { numRuns: 30, seed: 7 }).map((row, at) => ({ ...row, pk: `key-${at}` }));

  it('defines collections, partitions and aliases', async () => {
    await create('defined', 2);
    const described = await client.describeCollection({ collection_name: 'defined' });
    expect(described.schema.fields.map(({ name }) => name)).toEqual(fields.map(({ name }) => name));
    const named = { collection_name: 'defined', partition_name: 'part' };
    succeeded(await client.createPartition(named));
    expect((await client.hasPartition(named)).value).toBe(true);
    const { partition_names } = await client.showPartitions({ collection_name: 'defined' });
    expect(partition_names).toEqual(['_default', 'part']);
    succeeded(await client.createAlias({ collection_name: 'defined', alias: 'other' }));
    const aliased = await client.describeCollection({ collection_name: 'other' });
    expect(aliased.collectionID).toBe(described.collectionID);
    succeeded(await client.dropAlias({ alias: 'other' }));
    succeeded(await client.dropPartition(named));
    succeeded(await client.dropCollection({ collection_name: 'defined' }));
    expect((await client.hasCollection({ collection_name: 'defined' })).value).toBe(false);
  });

  it('writes through an alias and into a partition, flushes, and reads the counts', async () => {
    const [channel = ''] = await create('counted', 1);
    succeeded(await client.createPartition({ collection_name: 'counted', partition_name: 'part' }));
    succeeded(await client.createAlias({ collection_name: 'counted', alias: 'counts' }));
    succeeded((await client.insert({ collection_name: 'counts', data: rows.slice(0, 20) })).status);
    const partly = { collection_name: 'counted', partition_name: 'part', data: rows.slice(20) };
    succeeded((await client.insert(partly)).status);
    const names = new Set((await insertsOf(channel)).map(({ collectionName }) => collectionName));
    expect(names).toEqual(new Set(['counted']));

    expect((await client.getCollectionStatistics({ collection_name: 'counted' })).data['row_count']).toBe(
      '30',
    );
    const part = { collection_name: 'counted', partition_name: 'part' };
    expect((await client.getPartitionStatistics(part)).data['row_count']).toBe('10');
    const flushed = await client.flush({ collection_names: ['counted'] });
    succeeded(flushed.status);
    const segmentIDs = flushed.coll_segIDs['counted']?.data ?? [];
    expect(segmentIDs).toHaveLength(2);
    expect((await client.getFlushState({ segmentIDs })).flushed).toBe(true);
    const { infos } = await client.getPersistentSegmentInfo({ collectionName: 'counted' });
    expect(infos.map(({ num_rows }) => num_rows).toSorted()).toEqual(['10', '20']);
  });

  it('deletes by key: every shard is told its own', async () => {
    const vchannels = await create('deleted', 2);
    const keys = [
      'a, b',
      'back\\slash',
      'line\nbreak',
      `both "'`,
      ...Array.from({ length: 400 }, (_, at) => `k${at}`),
    ];
    const answer = await client.delete({
      collection_name: 'deleted',
      filter: `pk in [${keys.map((key) => JSON.stringify(key)).join(', ')}]`,
    });
    succeeded(answer.status);
    expect(answer.delete_cnt).toBe(String(keys.length));
    const { collectionID } = await client.describeCollection({ collection_name: 'deleted' });
    for (const [shard, vchannel] of vchannels.entries()) {
      const payloads = await payloadsOf(cluster.stream, vchannel.slice(0, vchannel.lastIndexOf('_')));
      const deletes = payloads
        .map((payload) => decodeMessage(payload))
        .flatMap((message) =>
          message.kind === 'delete' && String(message.request.collectionID) === collectionID ? [message] : [],
        );
      expect(deletes.length).toBeGreaterThan(1);
      expect(new Set(deletes.map(({ msgID }) => msgID)).size).toBe(deletes.length);
      expect(deletes.every(({ payload }) => payload.length <= messageBytesMax)).toBe(true);
      expect(
        deletes.flatMap(({ request }) => [...(request.primaryKeys?.idField?.value.data ?? [])].map(String)),
      ).toEqual(keys.filter((key) => shardOfVarchar(key, 2) === shard));
    }
  });

  it.each([
    ['any expression but keys', { collection_name: 'refused', filter: 'tiny > 3' }, 'pk in [...]'],
    [
      'an unknown partition',
      { collection_name: 'refused', partition_name: 'p', filter: 'pk in ["a"]' },
      '_default',
    ],
  ])('is told how to delete when it names %s', async (_what, request, reason) => {
    if (!(await client.hasCollection({ collection_name: 'refused' })).value) await create('refused', 1);
    const { status } = await client.delete(request);
    expect(status.error_code).not.toBe('Success');
    expect(status.reason).toContain(reason);
  });

  it('is told to send less when an insert is above the limit of a request', async () => {
    await create('too_large', 1);
    const data = Array.from({ length: 300 }, (_, at) => ({
      ...rows[0],
      pk: `k${at}`,
      text: 'x'.repeat(4_000),
    }));
    const { status } = await client.insert({ collection_name: 'too_large', data });
    expect(status).toMatchObject({
      error_code: 'IllegalArgument',
      reason: expect.stringMatching(/send it in parts/),
    });
  });

  it('is told of a collection that does not exist', async () => {
    const { status } = await client.getCollectionStatistics({ collection_name: 'nowhere' });
    expect(status).toMatchObject({
      error_code: 'CollectionNotExists',
      reason: "can't find collection: nowhere",
    });
  });

  it('is told where searches are served', async () => {
    await create('searched', 1);
    const status = await client.loadCollectionAsync({ collection_name: 'searched' });
    expect(status).toMatchObject({
      error_code: 'IllegalArgument',
      reason: expect.stringMatching(/^loadCollection is not served: Millrace is the write path/),
    });
  });
});

function succeeded(status: { readonly error_code?: string | number; readonly reason?: string }): void {
  expect(status).toMatchObject({ error_code: 'Success', reason: '' });
}

function rowsOf({ fieldsData }: ReturnType<typeof readInsert>): Record<string, unknown>[] {
  const columns = fieldsData.map(({ fieldName, field }) => [fieldName, valuesOf(field)] as const);
  const rows = columns[0]?.[1].length ?? 0;
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[row]])),
  );
}

function valuesOf(field: schema.FieldData['field']): readonly unknown[] {
  if (field?.$case === 'vectors') {
    const { data } = field.value;
    const flat = data?.$case === 'floatVector' ? data.value.data : [...(data?.value ?? [])];
    const width = data?.$case === 'floatVector' ? 4 : 2;
    return Array.from({ length: flat.length / width }, (_, row) =>
      flat.slice(row * width, (row + 1) * width),
    );
  }
  const data = field?.value.data;
  return data?.$case === 'longData' ? data.value.data.map(String) : (data?.value.data ?? []);
}
