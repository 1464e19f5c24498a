import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataTypes, pchannelOf, silentLogger } from '@millrace/core';
import { discover } from '@millrace/metastore';
import { common, data, dataService, internal, legacy, milvus, rootcoord, schema } from '@millrace/proto';
import { checked, connect, loadOptions, type RpcClient, realClock, realRandom } from '@millrace/runtime';
import { encodeInsert, type MessageStream, openStream } from '@millrace/stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CollectionRecord, findCollection, readSegments } from './inspect/catalog.ts';
import { isDamage } from './inspect/finding.ts';
import { type LocalData, openLocal } from './inspect/open-local.ts';
import { cellReader, readSegmentRows } from './inspect/read-rows.ts';
import { verify } from './inspect/verify.ts';
import { type LocalCluster, startLocalCluster } from './supervisor/local-cluster.ts';
import { OldStyleNode } from './testing/old-style-node.ts';

const wait = { timeout: 30_000, interval: 100 };
const dim = 4;
const vectorOf = (key: number) => Array.from({ length: dim }, (_, at) => key + at / 4);

const definition = schema.CollectionSchema.fromPartial({
  name: 'old',
  fields: [
    { name: 'id', isPrimaryKey: true, dataType: dataTypes.int64 },
    {
      name: 'vector',
      dataType: dataTypes['float-vector'],
      typeParams: [{ key: 'dim', value: String(dim) }],
    },
  ],
});

describe('a node and a client of the older API in a local cluster', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-old-clients-'));
  let cluster: LocalCluster;
  let kept: LocalData;
  let stream: MessageStream;
  let client: RpcClient<typeof dataService.DataServiceService>;
  let today: RpcClient<typeof data.DataCoordService>;
  let rootCoord: RpcClient<typeof rootcoord.RootCoordService>;
  let collection: CollectionRecord;
  const nodes: OldStyleNode[] = [];

  beforeAll(async () => {
    const settings = { directory, port: 0, logLevel: 'warn', options: {} };
    cluster = await startLocalCluster({ ...settings, dataNodes: 0 }, () => {});
    kept = await openLocal(directory);
    const flags = { 'millrace.stream': 'file', 'millrace.dataDirectory': join(directory, 'data') };
    const world = { clock: realClock, random: realRandom, log: silentLogger };
    stream = await openStream(loadOptions({ flags }), world);
    const addressOf = async (role: string) =>
      (await discover(kept.store, kept.keys.root, role))?.address ?? '';
    const dataCoord = await addressOf('datacoord');
    client = connect(dataService.DataServiceService, dataCoord);
    today = connect(data.DataCoordService, dataCoord);
    rootCoord = connect(rootcoord.RootCoordService, await addressOf('rootcoord'));
    const proxy = connect(milvus.MilvusServiceService, cluster.address);
    checked(
      await proxy.call.createCollection({
        collectionName: 'old',
        schema: Buffer.from(schema.CollectionSchema.encode(definition).finish()),
        shardsNum: 1,
      }),
    );
    proxy.close();
    collection = await findCollection(kept.store, kept.keys, 'old');
  }, 60_000);
  afterAll(async () => {
    for (const { close } of [client, today, rootCoord]) close();
    await stream.close();
    await kept.close();
    await cluster.stop();
    rmSync(directory, { recursive: true });
  });

  const register = async () => {
    const node = new OldStyleNode({
      dataService: client.call,
      dataCoord: today.call,
      rootCoord: rootCoord.call,
      stream,
      objects: kept.objects,
      objectRoot: kept.objectRoot,
      fields: collection.fields,
    });
    await node.start();
    nodes.push(node);
    return node;
  };
  const partitionID = () => collection.partitions[0]?.id ?? 0n;

  /** As an old client writes: rows for a segment, assigned, then published to the log themselves. */
  async function insert(vchannel: string, keys: readonly number[]): Promise<legacy.SegIDAssignment> {
    const { segIDAssignments } = checked(
      await client.call.assignSegmentId({
        nodeID: 1n,
        peerRole: 'proxynode',
        segIDRequests: [
          legacy.SegIDRequest.fromPartial({
            count: keys.length,
            channelName: vchannel,
            collectionID: collection.id,
            partitionID: partitionID(),
          }),
        ],
      }),
    );
    const [assignment] = segIDAssignments;
    if (assignment === undefined) throw new Error('nothing assigned');
    expect(assignment.status).toEqual(common.Status.fromPartial({}));
    const { ID: firstRowID } = checked(await rootCoord.call.allocId({ count: keys.length + 1 }));
    const { timestamp } = checked(await rootCoord.call.allocTimestamp({ count: 1 }));
    expect(timestamp).toBeLessThan(assignment.expireTime);
    const [id, vector] = collection.fields.filter(({ fieldID }) => fieldID >= 100n);
    const longs = { data: { $case: 'longData' as const, value: { data: keys.map(BigInt) } } };
    const vectors = {
      dim: BigInt(dim),
      data: { $case: 'floatVector' as const, value: { data: keys.flatMap(vectorOf) } },
    };
    const payload = encodeInsert(
      { msgID: firstRowID + BigInt(keys.length), timestamp, sourceID: 1n },
      {
        shardName: vchannel,
        collectionID: collection.id,
        partitionID: partitionID(),
        segmentID: assignment.segID,
        timestamps: keys.map(() => timestamp),
        rowIDs: keys.map((_, at) => firstRowID + BigInt(at)),
        numRows: BigInt(keys.length),
        version: internal.InsertDataVersion.ColumnBased,
        fieldsData: [
          {
            type: dataTypes.int64,
            fieldName: 'id',
            fieldId: id?.fieldID ?? 0n,
            field: { $case: 'scalars', value: longs },
          },
          {
            type: dataTypes['float-vector'],
            fieldName: 'vector',
            fieldId: vector?.fieldID ?? 0n,
            field: { $case: 'vectors', value: vectors },
          },
        ],
      },
    );
    await stream.publish(pchannelOf(vchannel), [payload]);
    return assignment;
  }

  const stateOf = async (segmentID: bigint) =>
    checked(await client.call.getSegmentStates({ segmentIDs: [segmentID] })).states[0]?.state;

  /** Every row of the collection, read from its binlogs. */
  async function rows(): Promise<Map<number, number[]>> {
    const key = collection.fields.find(({ isPrimaryKey }) => isPrimaryKey);
    const found = new Map<number, number[]>();
    if (key === undefined) return found;
    for (const segment of await readSegments(kept.store, kept.keys, collection.id)) {
      for await (const batch of readSegmentRows(kept.objects, kept.objectRoot, segment, key)) {
        const [id, vector] = [100n, 101n].map((fieldID) => {
          const column = batch.columns.get(fieldID);
          return column === undefined ? () => undefined : cellReader(column);
        });
        for (let row = 0; row < batch.rows; row++) {
          const read = vector?.(row);
          found.set(Number(id?.(row)), read instanceof Float32Array ? [...read] : []);
        }
      }
    }
    return found;
  }

  it('go the whole way: register, assign, insert, flush, states, paths, and the rows in the binlogs', async () => {
    const node = await register();
    const { values } = checked(await client.call.getInsertChannels({ collectionID: collection.id }));
    expect(values).toEqual(collection.vchannels);
    const [vchannel = ''] = values;
    await expect.poll(() => [...node.watched], wait).toEqual([vchannel]);

    const { segID } = await insert(vchannel, [1, 2, 3]);
    expect((await insert(vchannel, [4, 5])).segID).toBe(segID);
    expect(await stateOf(segID)).toBe(legacy.SegmentState.SegmentGrowing);
    const shown = await client.call.showSegments({ collectionID: collection.id, partitionID: partitionID() });
    expect(shown.segmentIDs).toEqual([segID]);

    checked(await client.call.flush({ collectionID: collection.id }));
    await expect.poll(() => stateOf(segID), wait).toBe(legacy.SegmentState.SegmentFlushed);
    const { fieldIDs, paths } = checked(await client.call.getInsertBinlogPaths({ segmentID: segID }));
    expect([...fieldIDs].sort()).toEqual([0n, 1n, 100n, 101n]);
    for (const path of paths.flatMap((list) => list.values))
      expect((await kept.objects.get(path)).length).toBeGreaterThan(0);
    expect((await client.call.getCount({ collectionID: collection.id })).count).toBe(5n);
    expect(await rows()).toEqual(new Map([1, 2, 3, 4, 5].map((key) => [key, vectorOf(key)])));
    const { findings } = await verify(kept);
    expect(findings.filter(isDamage)).toEqual([]);
  }, 60_000);

  it('go on after the node was killed: the next one reads what it had not written', async () => {
    const [vchannel = ''] = collection.vchannels;
    const { segID } = await insert(vchannel, [6, 7]);
    for (const node of nodes.splice(0)) await node.kill();
    const next = await register();
    await expect.poll(() => [...next.watched], wait).toEqual([vchannel]);
    checked(await client.call.flush({ collectionID: collection.id }));
    await expect.poll(() => stateOf(segID), wait).toBe(legacy.SegmentState.SegmentFlushed);
    expect(await rows()).toEqual(new Map([1, 2, 3, 4, 5, 6, 7].map((key) => [key, vectorOf(key)])));
    await next.kill();
  }, 60_000);
});
