import { pchannelOf, silentLogger } from '@millrace/core';
import { internal, milvus } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { decodeMessage, MemoryStream } from '@millrace/stream';
import { describe, expect, it } from 'vitest';
import { createProxy } from './proxy.ts';
import { defaultProxySettings } from './settings.ts';
import { FakeDataCoord } from './testing/fake-data-coord.ts';
import { FakeRootCoord } from './testing/fake-root-coord.ts';
import { goldenCollection } from './testing/golden.ts';
import { payloadsOf } from './testing/served-proxy.ts';

const recorded = [
  {
    name: 'golden_int',
    segmentIDs: [470638898234723750n, 470638898234723749n],
    inserts: [
      // The original gives the shards their message ids in any order: here the second shard had the first.
      { rows: 60, firstID: 470638898234523745n, timestamp: 470638902976184323n, reversed: true },
      { rows: 40, firstID: 470638898234523821n, timestamp: 470638903002398721n, reversed: false },
    ],
    deletedAt: 470638903264804865n,
    expression: 'pk in [-29, 363, 370]',
  },
  {
    name: 'golden_str',
    segmentIDs: [470638898234723813n, 470638898234723814n],
    inserts: [
      { rows: 60, firstID: 470638898234523877n, timestamp: 470638904011915267n, reversed: false },
      { rows: 40, firstID: 470638898234523953n, timestamp: 470638904025022465n, reversed: false },
    ],
    deletedAt: 470638904286904321n,
    expression: "pk in ['key-003', 'key-059', 'key-060']",
  },
] as const;

const context = { signal: new AbortController().signal, peer: 'test' };

async function written({ name, segmentIDs, inserts, deletedAt, expression }: (typeof recorded)[number]) {
  const golden = goldenCollection(name);
  const { id, schema, vchannels, partitionID } = golden;
  const rootCoord = new FakeRootCoord();
  const dataCoord = new FakeDataCoord();
  const stream = new MemoryStream();
  const partitions = new Map([['_default', partitionID]]);
  rootCoord.collections.push({ id, schema, vchannels, partitions, aliases: new Set() });
  for (const [shard, channel] of vchannels.entries()) {
    const segmentID = segmentIDs[shard] ?? 0n;
    dataCoord.segments.push({
      id: segmentID,
      collectionID: id,
      partitionID,
      channel,
      rows: 0,
      flushed: false,
    });
  }
  const proxy = createProxy(defaultProxySettings, {
    clock: realClock,
    log: silentLogger,
    stream,
    rootCoord: rootCoord.client,
    dataCoord: dataCoord.client,
    serverID: 8n,
  });
  let from = 0;
  for (const { rows, firstID, timestamp } of inserts) {
    rootCoord.nextID = firstID;
    rootCoord.nextTimestamp = timestamp;
    const fieldsData = golden.columns(from, from + rows);
    const request = milvus.InsertRequest.fromPartial({ collectionName: name, fieldsData, numRows: rows });
    await proxy.milvus.insert?.(request, context);
    from += rows;
  }
  rootCoord.nextTimestamp = deletedAt;
  const request = milvus.DeleteRequest.fromPartial({ collectionName: name, expr: expression });
  await proxy.milvus.delete?.(request, context);
  return Promise.all(vchannels.map((vchannel) => payloadsOf(stream, pchannelOf(vchannel))));
}

function withMessageID(payload: Uint8Array, msgID: bigint): Uint8Array {
  const { base, ...request } = internal.InsertRequest.decode(payload);
  if (base === undefined) throw new Error('the message has no base');
  return internal.InsertRequest.encode({ ...request, base: { ...base, msgID } }).finish();
}

describe('the log of a real Milvus 2.2.8', () => {
  it.each(recorded)('gets the same bytes for the rows and deletes of $name', async (collection) => {
    const golden = goldenCollection(collection.name);
    const byShard = await written(collection);
    const expected = golden.vchannels.map((vchannel) => golden.messages(pchannelOf(vchannel)));
    for (const [at, { reversed }] of collection.inserts.entries()) {
      if (!reversed) continue;
      const ids = byShard.map((payloads) => decodeMessage(payloads[at] ?? new Uint8Array()).msgID).reverse();
      for (const [shard, payloads] of byShard.entries())
        payloads[at] = withMessageID(payloads[at] ?? new Uint8Array(), ids[shard] ?? 0n);
    }
    expect(byShard.map((payloads) => payloads.map(hex))).toEqual(
      expected.map((payloads) => payloads.map(hex)),
    );
  });
});

function hex(payload: Uint8Array): string {
  return Buffer.from(payload).toString('hex');
}
