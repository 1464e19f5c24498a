import { common, type data } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCollection, LocalCluster } from '../testing/local-cluster.ts';

const ok = { errorCode: common.ErrorCode.Success, reason: '' };
const base = common.MsgBase.fromPartial({ msgType: common.MsgType.AlterCollection });
const ttl = (seconds: string) => ({ key: 'collection.ttl.seconds', value: seconds });

describe('AlterCollection', () => {
  let cluster: LocalCluster;
  let told: data.AlterCollectionRequest[];
  let answer: Partial<common.Status>;
  beforeEach(async () => {
    cluster = new LocalCluster();
    told = [];
    answer = {};
    await cluster.startDataCoord({
      broadcastAlteredCollection: (request) => {
        told.push(request);
        return answer;
      },
    });
  });
  afterEach(() => cluster.close());

  async function started() {
    const { call, stop } = await cluster.startRootCoord();
    return { call, stop };
  }
  const properties = async (call: Awaited<ReturnType<typeof started>>['call']) =>
    (await call.describeCollection({ collectionName: 'books' })).properties;

  it('keeps the new properties beside the others, over a restart, and tells DataCoord all of them', async () => {
    const { call, stop } = await started();
    await call.createCollection(aCollection('books'));
    const other = { key: 'other', value: 'x' };
    expect(
      await call.alterCollection({ base, collectionName: 'books', properties: [ttl('60'), other] }),
    ).toEqual(ok);
    expect(await call.alterCollection({ base, collectionName: 'books', properties: [ttl('5')] })).toEqual(ok);
    expect(await properties(call)).toEqual([ttl('5'), other]);
    expect(told.map((request) => request.properties)).toEqual([
      [ttl('60'), other],
      [ttl('5'), other],
    ]);
    expect(told[1]?.schema?.fields).toHaveLength(4);
    expect(told[1]?.partitionIDs).toHaveLength(1);
    await stop();
    expect(await properties((await started()).call)).toEqual([ttl('5'), other]);
  });

  it('fails when DataCoord refuses it, and may be asked again', async () => {
    const { call } = await started();
    await call.createCollection(aCollection('books'));
    answer = { errorCode: common.ErrorCode.UnexpectedError, reason: 'not now' };
    const request = { base, collectionName: 'books', properties: [ttl('5')] };
    expect(await call.alterCollection(request)).toMatchObject({ reason: expect.stringContaining('not now') });
    answer = {};
    expect(await call.alterCollection(request)).toEqual(ok);
    expect(told.at(-1)?.properties).toEqual([ttl('5')]);
  });

  it('says which collection there is not', async () => {
    const { call } = await started();
    expect(await call.alterCollection({ base, collectionName: 'none', properties: [] })).toEqual({
      errorCode: common.ErrorCode.CollectionNotExists,
      reason: "can't find collection: none",
    });
    expect(await call.alterCollection({ base, properties: [] })).toMatchObject({
      reason: 'alter collection failed, collection name does not exists: name one',
    });
  });
});
