import { readFileSync } from 'node:fs';
import { defaultChannelNames } from '@millrace/core';
import { MemoryMetaStore, metaKeys, type WriteOp } from '@millrace/metastore';
import { common, data, internal } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { describe, expect, it } from 'vitest';
import { channelsFor, usageOf } from '../ddl/channels.ts';
import { createCollectionMessage, timeTickMessage } from '../ddl/messages.ts';
import { decodeHorizon, encodeHorizon } from '../tso/saved-horizon.ts';
import { Catalog } from './catalog.ts';
import { type Collection, schemaOf } from './collection.ts';
import { collectionRecord, fieldRecord, partitionRecord } from './records.ts';

/** Bytes of a Milvus 2.2.8. */
interface Golden {
  readonly etcd: readonly { readonly key: string; readonly value: string }[];
  readonly topics: Readonly<Record<string, readonly { readonly offset: number; readonly value: string }[]>>;
  readonly watchChannels: readonly string[];
}
const golden: Golden = JSON.parse(
  readFileSync(new URL('../../fixtures/golden.json', import.meta.url), 'utf8'),
);
const keys = metaKeys();
const recorded = new Map(golden.etcd.map(({ key, value }) => [key, Buffer.from(value, 'base64')]));

async function goldenCatalog() {
  const store = new MemoryMetaStore({ clock: realClock });
  const writes: WriteOp[] = [...recorded].map(([put, value]) => ({ put, value }));
  for (let at = 0; at < writes.length; at += 100)
    await store.transact({ writes: writes.slice(at, at + 100) });
  const catalog = new Catalog({ store, keys, fence: () => [] });
  await catalog.load();
  return { catalog, store };
}

function keysBelow(prefix: string): string[] {
  return [...recorded.keys()].filter((key) => key.startsWith(prefix)).sort();
}

async function each(check: (collection: Collection) => void): Promise<void> {
  const { catalog } = await goldenCatalog();
  expect(catalog.all().map(({ name }) => name)).toEqual(['golden_int', 'golden_str']);
  for (const collection of catalog.all()) check(collection);
}

describe('the catalog of a Milvus 2.2.8', () => {
  it('is read whole', async () => {
    const { catalog } = await goldenCatalog();
    const collection = catalog.visible({ collectionName: 'golden_int' });
    expect(collection).toMatchObject({
      id: 470638898234523736n,
      createTime: 470638902741041156n,
      shardsNum: 2,
      state: 'created',
      partitions: [{ id: 470638898234523737n, name: '_default', state: 'created' }],
    });
    expect(collection.fields.map(({ fieldID }) => fieldID).slice(-3)).toEqual([109n, 0n, 1n]);
  });

  it('is written back byte for byte', () =>
    each((collection) => {
      const records = [
        collectionRecord(keys, collection),
        ...collection.fields.map((field) => fieldRecord(keys, collection.id, field)),
        ...collection.partitions.map((partition) => partitionRecord(keys, collection.id, partition)),
      ];
      for (const [key, value] of records)
        expect([key, Buffer.from(value)]).toEqual([key, recorded.get(key) ?? 'no such key']);
    }));

  it('has the keys that adding the same collections writes, copies for time travel included', async () => {
    const { catalog } = await goldenCatalog();
    const store = new MemoryMetaStore({ clock: realClock });
    const copy = new Catalog({ store, keys, fence: () => [] });
    for (const collection of catalog.all()) await copy.add(collection);
    const { kvs } = await store.range({ prefix: 'by-dev/meta/' });
    expect(kvs.map(({ key }) => key).sort()).toEqual(
      [...keysBelow('by-dev/meta/root-coord/'), ...keysBelow('by-dev/meta/snapshots/')].sort(),
    );
    for (const { key, value } of kvs) expect(Buffer.from(value)).toEqual(recorded.get(key));
    for (const { id } of copy.all()) await copy.remove(id);
    expect((await store.range({ prefix: 'by-dev/meta/' })).kvs).toEqual([]);
  });

  it('treats a key marked as deleted as absent', async () => {
    const { catalog, store } = await goldenCatalog();
    const mark = Buffer.from([0xe2, 0x9b, 0xbc]);
    const put = keys.key.collection({ collectionID: 470638898234523736n });
    await store.transact({ writes: [{ put, value: mark }] });
    await catalog.load();
    expect(catalog.all().map(({ name }) => name)).toEqual(['golden_str']);
  });
});

describe('the messages of a Milvus 2.2.8', () => {
  it('that create collections are ours, byte for byte', () =>
    each((collection) => {
      for (const channel of collection.pchannels) {
        const message = (golden.topics[channel] ?? [])
          .map(({ value }) => Buffer.from(value, 'base64'))
          .find((bytes) => common.MsgHeader.decode(bytes).base?.msgType === common.MsgType.CreateCollection);
        expect(Buffer.from(createCollectionMessage(collection))).toEqual(message);
      }
    }));

  it('that tick are ours, byte for byte', () => {
    const ticks = Object.values(golden.topics)
      .flat()
      .map(({ value }) => Buffer.from(value, 'base64'))
      .filter((bytes) => common.MsgHeader.decode(bytes).base?.msgType === common.MsgType.TimeTick);
    expect(ticks.length).toBeGreaterThan(4);
    for (const bytes of ticks) {
      const { base } = internal.TimeTickMsg.decode(bytes);
      expect(Buffer.from(timeTickMessage(base?.timestamp ?? 0n, 1n))).toEqual(bytes);
    }
  });

  it('that have channels watched carry what ours carry', async () => {
    const { catalog } = await goldenCatalog();
    for (const bytes of golden.watchChannels) {
      const request = data.WatchChannelsRequest.decode(Buffer.from(bytes, 'base64'));
      const collection = catalog.get(request.collectionID);
      if (collection === undefined) continue;
      expect(request.channelNames).toEqual(collection.vchannels);
      expect(request.schema).toEqual(schemaOf(collection));
      expect(new Map(request.startPositions.map(({ key, data: id }) => [key, id]))).toEqual(
        new Map(collection.startPositions.map(({ key, data: id }) => [key, id])),
      );
    }
  });
});

describe('the channels of a Milvus 2.2.8', () => {
  it('are those our placement finds', async () => {
    const { catalog } = await goldenCatalog();
    const placed: Collection[] = [];
    for (const collection of catalog.all()) {
      expect(channelsFor(2, 16, defaultChannelNames, usageOf(placed))).toEqual(collection.pchannels);
      placed.push(collection);
    }
  });

  it('never serve two shards of one collection', () => {
    expect(() => channelsFor(3, 2, defaultChannelNames, new Map())).toThrow('3 shards need as many channels');
  });
});

describe('the reserved numbers of a Milvus 2.2.8', () => {
  it('are read as milliseconds', () => {
    const value = recorded.get('by-dev/kv/tso/timestamp') ?? Buffer.alloc(0);
    expect(decodeHorizon(value)).toBe(1795344999280);
    expect(Buffer.from(encodeHorizon(1795344999280, 863061))).toEqual(value);
  });
});
