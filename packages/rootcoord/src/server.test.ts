import { silentLogger } from '@millrace/core';
import { common, proxy, schema } from '@millrace/proto';
import { RpcServer } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCollection, aSchema, decodeCreate, LocalCluster } from './testing/local-cluster.ts';

const { Success, CollectionNotExists, UnexpectedError, IllegalArgument } = common.ErrorCode;
const { MsgType } = common;
const ok = { errorCode: Success, reason: '' };
const ch0 = 'by-dev-rootcoord-dml_0';
const ch1 = 'by-dev-rootcoord-dml_1';

let cluster: LocalCluster;
beforeEach(() => {
  cluster = new LocalCluster();
});
afterEach(() => cluster.close());

async function started() {
  await cluster.startDataCoord();
  const { call } = await cluster.startRootCoord();
  return call;
}

describe('CreateCollection', () => {
  it('announces it in its channels, has DataCoord watch it, and shows it', async () => {
    const call = await started();
    expect(await call.createCollection(aCollection('books'))).toEqual(ok);

    const [first] = await cluster.messages(ch0);
    if (first === undefined) throw new Error('no message');
    const message = decodeCreate(first.payload);
    const id = message.collectionID;
    expect(message.partitionID).toBe(id + 1n);
    expect(message.physicalChannelNames).toEqual([ch0, ch1]);
    expect(message.virtualChannelNames).toEqual([`${ch0}_${id}v0`, `${ch1}_${id}v1`]);
    const fields = schema.CollectionSchema.decode(message.schema).fields;
    expect(fields.map(({ fieldID, name }) => [fieldID, name])).toEqual([
      [100n, 'pk'],
      [101n, 'v'],
      [0n, 'RowID'],
      [1n, 'Timestamp'],
    ]);

    expect(cluster.watched).toEqual([
      {
        collectionID: id,
        channelNames: message.virtualChannelNames,
        startPositions: [
          { key: ch0, data: Buffer.from(first.id) },
          { key: ch1, data: Buffer.from((await cluster.messages(ch1))[0]?.id ?? []) },
        ],
        schema: schema.CollectionSchema.decode(message.schema),
      },
    ]);

    const described = await call.describeCollection({ collectionName: 'books' });
    expect(described).toMatchObject({
      status: ok,
      collectionID: id,
      shardsNum: 2,
      createdTimestamp: message.base?.timestamp,
      virtualChannelNames: message.virtualChannelNames,
    });
    expect(await call.describeCollection({ collectionID: id })).toEqual(described);
    expect((await call.hasCollection({ collectionName: 'books' })).value).toBe(true);
    expect((await call.showPartitions({ collectionID: id })).partitionNames).toEqual(['_default']);
  });

  it('is no error the second time, and one with other parameters', async () => {
    const call = await started();
    await call.createCollection(aCollection('books'));
    expect(await call.createCollection(aCollection('books'))).toEqual(ok);
    expect(await call.createCollection({ ...aCollection('books'), shardsNum: 1 })).toMatchObject({
      errorCode: IllegalArgument,
      reason: expect.stringContaining('create duplicate collection with different parameters'),
    });
    expect((await call.showCollections({})).collectionNames).toEqual(['books']);
  });

  it('gives each collection the least used channels', async () => {
    const call = await started();
    await call.createCollection(aCollection('a'));
    await call.createCollection(aCollection('b'));
    const { physicalChannelNames } = await call.describeCollection({ collectionName: 'b' });
    expect(physicalChannelNames).toEqual(['by-dev-rootcoord-dml_2', 'by-dev-rootcoord-dml_3']);
  });

  it('is undone when DataCoord refuses to watch', async () => {
    await cluster.startDataCoord({
      watchChannels: () => ({ status: { errorCode: UnexpectedError, reason: 'no node' } }),
    });
    const { call } = await cluster.startRootCoord();
    expect(await call.createCollection(aCollection('books'))).toEqual({
      errorCode: UnexpectedError,
      reason: 'data coord watch channels failed, reason = no node',
    });
    expect((await call.hasCollection({ collectionName: 'books' })).value).toBe(false);
    await expect.poll(async () => (await keysOf('root-coord/')).length).toBe(0);
    expect((await cluster.headers(ch0)).map(({ msgType }) => msgType)).toContain(MsgType.DropCollection);
  });

  it('lets DataCoord ask back while it waits for it', async () => {
    const asked: unknown[] = [];
    await cluster.startDataCoord({
      watchChannels: async ({ collectionID }) => {
        const answer = await call.describeCollectionInternal({ collectionID });
        asked.push(answer.collectionName);
        asked.push((await call.describeCollection({ collectionID })).status);
        return {};
      },
    });
    const { call } = await cluster.startRootCoord();
    expect(await call.createCollection(aCollection('books'))).toEqual(ok);
    expect(asked).toEqual([
      'books',
      { errorCode: CollectionNotExists, reason: expect.stringMatching(/^can't find collection: \d+$/) },
    ]);
  });

  it.each([
    ['a bad name', { collectionName: '1books', schema: aSchema('1books') }],
    ['a schema of another name', { collectionName: 'books', schema: aSchema('films') }],
    ['too many shards', { ...aCollection('books'), shardsNum: 17 }],
    ['no primary key', { collectionName: 'books', schema: aSchema('books', { fields: [] }) }],
    ['bytes that are no schema', { collectionName: 'books', schema: Buffer.from([0xff, 0xff]) }],
    ['another message type', { ...aCollection('books'), base: aBase(MsgType.DropCollection) }],
  ])('refuses %s', async (_name, request) => {
    const call = await started();
    expect((await call.createCollection(request)).errorCode).not.toBe(Success);
    expect(await keysOf('root-coord/')).toEqual([]);
  });
});

describe('DropCollection', () => {
  it('hides it at once, announces it, and removes its meta once DataCoord keeps nothing', async () => {
    const confirm = { gcFinished: false };
    await cluster.startDataCoord({ gcConfirm: () => confirm });
    const { call } = await cluster.startRootCoord({ gcConfirmIntervalMs: 10 });
    await call.createCollection(aCollection('books'));
    const { collectionID } = await call.describeCollection({ collectionName: 'books' });
    await call.createAlias({ collectionName: 'books', alias: 'tomes' });
    expect(await call.dropCollection({ collectionName: 'books' })).toEqual(ok);
    expect((await call.describeCollection({ collectionName: 'books' })).status).toEqual({
      errorCode: CollectionNotExists,
      reason: "can't find collection: books",
    });
    expect((await call.describeCollectionInternal({ collectionID })).status).toEqual(ok);
    await expect
      .poll(async () =>
        (await cluster.headers(ch1)).filter(({ msgType }) => msgType === MsgType.DropCollection),
      )
      .toHaveLength(1);
    confirm.gcFinished = true;
    await expect.poll(() => keysOf('')).toEqual([]);
  });

  it('is no error for an unknown collection, and one for an alias', async () => {
    const call = await started();
    expect(await call.dropCollection({ collectionName: 'books' })).toEqual(ok);
    await call.createCollection(aCollection('books'));
    await call.createAlias({ collectionName: 'books', alias: 'tomes' });
    expect((await call.dropCollection({ collectionName: 'tomes' })).reason).toContain(
      'cannot drop the collection via alias = tomes',
    );
  });

  it('frees the name for another collection', async () => {
    await cluster.startDataCoord({ gcConfirm: () => ({ gcFinished: false }) });
    const { call } = await cluster.startRootCoord();
    await call.createCollection(aCollection('books'));
    const first = await call.describeCollection({ collectionName: 'books' });
    await call.dropCollection({ collectionName: 'books' });
    expect(await call.createCollection({ ...aCollection('books'), shardsNum: 1 })).toEqual(ok);
    expect((await call.describeCollection({ collectionName: 'books' })).collectionID).not.toBe(
      first.collectionID,
    );
  });

  it('does without a DataCoord that cannot be asked', async () => {
    await cluster.startDataCoord();
    const { call } = await cluster.startRootCoord();
    await call.createCollection(aCollection('books'));
    await call.dropCollection({ collectionName: 'books' });
    await expect.poll(() => keysOf('')).toEqual([]);
  });
});

describe('partitions', () => {
  it('are created, shown and dropped, with a message for the drop only', async () => {
    const call = await started();
    await call.createCollection(aCollection('books'));
    const partition = { collectionName: 'books', partitionName: 'y2026' };
    expect(await call.createPartition(partition)).toEqual(ok);
    expect(await call.createPartition(partition)).toEqual(ok);
    const shown = await call.showPartitions({ collectionName: 'books' });
    expect(shown.partitionNames).toEqual(['_default', 'y2026']);
    expect((await call.hasPartition(partition)).value).toBe(true);
    expect(await call.dropPartition(partition)).toEqual(ok);
    expect(await call.dropPartition(partition)).toEqual(ok);
    expect((await call.hasPartition(partition)).value).toBe(false);
    await expect.poll(() => keysOf('root-coord/partitions/')).toHaveLength(1);
    const types = new Set((await cluster.headers(ch0)).map(({ msgType }) => msgType));
    expect(types).toEqual(new Set([MsgType.CreateCollection, MsgType.TimeTick, MsgType.DropPartition]));
  });

  it('of an unknown collection are not found; the default one stays', async () => {
    const call = await started();
    const unknown = { collectionName: 'films', partitionName: 'p' };
    expect((await call.createPartition(unknown)).reason).toBe("can't find collection: films");
    expect((await call.hasPartition(unknown)).status?.errorCode).toBe(CollectionNotExists);
    await call.createCollection(aCollection('books'));
    expect((await call.dropPartition({ collectionName: 'books', partitionName: '_default' })).reason).toBe(
      'default partition cannot be deleted',
    );
  });
});

describe('aliases', () => {
  it('stand for a collection until they are dropped', async () => {
    const call = await started();
    await call.createCollection(aCollection('books'));
    await call.createCollection(aCollection('films'));
    expect(await call.createAlias({ collectionName: 'books', alias: 'media' })).toEqual(ok);
    expect((await call.describeCollection({ collectionName: 'media' })).collectionName).toBe('books');
    expect((await call.createAlias({ collectionName: 'films', alias: 'media' })).errorCode).not.toBe(Success);
    expect(await call.alterAlias({ collectionName: 'films', alias: 'media' })).toEqual(ok);
    expect((await call.describeCollection({ collectionName: 'films' })).aliases).toEqual(['media']);
    expect(await call.dropAlias({ alias: 'media' })).toEqual(ok);
    expect(await call.dropAlias({ alias: 'media' })).toEqual(ok);
    expect((await call.hasCollection({ collectionName: 'media' })).value).toBe(false);
    expect((await call.alterAlias({ collectionName: 'films', alias: 'media' })).errorCode).not.toBe(Success);
    expect((await call.createAlias({ collectionName: 'films', alias: 'books' })).errorCode).not.toBe(Success);
  });
});

describe('numbers', () => {
  it('are handed out in blocks that never overlap, over restarts too', async () => {
    const first = await cluster.startRootCoord();
    const one = await first.call.allocTimestamp({ count: 10 });
    const two = await first.call.allocTimestamp({ count: 1 });
    expect(one.count).toBe(10);
    expect(two.timestamp).toBeGreaterThanOrEqual(one.timestamp + 10n);
    const ids = await first.call.allocId({ count: 500 });
    expect((await first.call.allocId({ count: 1 })).ID).toBe(ids.ID + 500n);
    await first.stop();
    const second = await cluster.startRootCoord();
    expect((await second.call.allocTimestamp({ count: 1 })).timestamp).toBeGreaterThan(two.timestamp);
    expect((await second.call.allocId({ count: 1 })).ID).toBeGreaterThan(ids.ID + 500n);
    expect((await second.call.allocTimestamp({ count: 0 })).status?.errorCode).toBe(IllegalArgument);
  });
});

describe('time ticks', () => {
  it('go to channels in use only, and never back', async () => {
    const call = await started();
    await call.createCollection(aCollection('books'));
    await expect.poll(async () => (await cluster.ticks(ch0)).length).toBeGreaterThan(3);
    const ticks = await cluster.ticks(ch0);
    expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => (a < b ? -1 : 1)));
    expect(await cluster.messages('by-dev-rootcoord-dml_5')).toEqual([]);
  });

  it('wait for every registered proxy, and stop at the earliest report', async () => {
    const call = await started();
    await call.createCollection(aCollection('books'));
    await expect.poll(async () => (await cluster.ticks(ch0)).length).toBeGreaterThan(0);
    const proxy = await cluster.register('proxy', '127.0.0.1:1', 77n);
    const { timestamp } = await call.allocTimestamp({ count: 1 });
    const report = {
      base: { ...aBase(MsgType.TimeTick), sourceID: 77n },
      channelNames: [ch1],
      timestamps: [timestamp - 1n],
      defaultTimestamp: timestamp,
    };
    expect(await call.updateChannelTimeTick(report)).toEqual(ok);
    await expect.poll(async () => (await cluster.ticks(ch0)).at(-1)).toBe(timestamp);
    await expect.poll(async () => (await cluster.ticks(ch1)).at(-1)).toBe(timestamp - 1n);
    await proxy.close();
    const behind = expect.poll(async () => (await cluster.ticks(ch1)).at(-1), { timeout: 10_000 });
    await behind.toBeGreaterThan(timestamp);
  });
});

describe('registered proxies', () => {
  it('forget what DDL changed, and do not fail it when they cannot be told', async () => {
    const told: string[] = [];
    const proxyServer = new RpcServer({ log: silentLogger, host: '127.0.0.1', graceMs: 50 });
    proxyServer.add(proxy.ProxyService, {
      invalidateCollectionMetaCache: ({ collectionName, base }) => {
        told.push(`${base?.msgType} ${collectionName}`);
        return {};
      },
    });
    const port = await proxyServer.listen(0);
    await cluster.register('proxy', `127.0.0.1:${port}`);
    await cluster.register('proxy', '127.0.0.1:1');
    const call = await started();
    await call.createCollection(aCollection('books'));
    await call.createAlias({ collectionName: 'books', alias: 'tomes' });
    await call.createPartition({ collectionName: 'books', partitionName: 'p' });
    expect(await call.dropCollection({ collectionName: 'books' })).toEqual(ok);
    expect(told).toEqual([
      `${MsgType.CreateCollection} books`,
      `${MsgType.CreatePartition} books`,
      `${MsgType.DropCollection} books`,
      `${MsgType.DropCollection} tomes`,
    ]);
    expect((await call.checkHealth({})).reasons).toHaveLength(2);
    await proxyServer.stop();
  });
});

describe('the component', () => {
  it('tells its state and its channels, and leaves the rest unimplemented', async () => {
    const { call } = await cluster.startRootCoord();
    expect((await call.getComponentStates({})).state).toMatchObject({
      role: 'rootcoord',
      stateCode: common.StateCode.Healthy,
    });
    expect((await call.getTimeTickChannel({})).value).toBe('by-dev-rootcoord-timetick');
    expect((await call.getStatisticsChannel({})).value).toBe('by-dev-rootcoord-statistics');
    expect(await call.checkHealth({})).toMatchObject({ isHealthy: true, reasons: [] });
    const { configuations } = await call.showConfigurations({ pattern: 'rootcoord.dml' });
    expect(configuations).toEqual([{ key: 'rootcoord.dmlchannelnum', value: '16' }]);
    await expect(call.renameCollection({})).rejects.toMatchObject({ kind: 'invalid' });
  });
});

function aBase(msgType: common.MsgType): common.MsgBase {
  return common.MsgBase.fromPartial({ msgType });
}

/** Catalog keys and their copies, without the roots. */
async function keysOf(part: string): Promise<string[]> {
  const roots = ['by-dev/meta/root-coord/', 'by-dev/meta/snapshots/'];
  const pages = await Promise.all(roots.map((prefix) => cluster.store.range({ prefix })));
  return pages
    .flatMap(({ kvs }) => kvs.map(({ key }) => key))
    .filter((key) => part === '' || key.startsWith(`by-dev/meta/${part}`));
}
