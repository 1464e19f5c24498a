import { Invalid } from '@millrace/core';
import { common, type milvus } from '@millrace/proto';
import { type Collection, schemaOf } from '../catalog/collection.ts';
import type { DdlWorld } from './ddl-world.ts';

/**
 * Changes properties of a collection, such as `collection.ttl.seconds`: named ones get their new values, the others stay. DataCoord is told before
 * the call ends, and tells no one else; one that cannot be told fails the call, which may be repeated. Source: Milvus 2.2.8.
 */
export async function alterCollection(
  world: DdlWorld,
  request: milvus.AlterCollectionRequest,
  signal: AbortSignal,
): Promise<void> {
  const { collectionName, collectionID } = request;
  if (collectionName === '' && collectionID === 0n)
    throw new Invalid('alter collection failed, collection name does not exists: name one');
  await world.queue.run(signal, async () => {
    const before = world.catalog.visible({ collectionName, collectionID });
    const timestamp = await world.allocTimestamp();
    const properties = merged(before.properties, request.properties);
    const collection = await world.catalog.setProperties(before.id, properties, timestamp);
    await world.dataCoord.callBroadcastAlteredCollection(alteredRequest(collection), { signal });
    await world.proxies.expire({
      collectionName: collection.name,
      collectionID: collection.id,
      timestamp,
      msgType: common.MsgType.AlterCollection,
    });
  });
}

function alteredRequest(collection: Collection) {
  return {
    collectionID: collection.id,
    schema: schemaOf(collection),
    partitionIDs: collection.partitions.map(({ id }) => id),
    startPositions: [...collection.startPositions],
    properties: [...collection.properties],
  };
}

function merged(
  before: readonly common.KeyValuePair[],
  changes: readonly common.KeyValuePair[],
): common.KeyValuePair[] {
  const values = new Map([...before, ...changes].map(({ key, value }) => [key, value]));
  return Array.from(values, ([key, value]) => ({ key, value }));
}
