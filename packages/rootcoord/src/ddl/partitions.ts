import { Exhausted, Invalid, type Timestamp } from '@millrace/core';
import { common, type milvus } from '@millrace/proto';
import { type Collection, partitionNamed } from '../catalog/collection.ts';
import type { DdlWorld } from './ddl-world.ts';
import { requireName } from './names.ts';

/** One transaction: no message, no DataCoord call. Creating the same partition again is no error. */
export async function createPartition(
  world: DdlWorld,
  request: milvus.CreatePartitionRequest,
  signal: AbortSignal,
): Promise<void> {
  const { collectionName, partitionName: name } = request;
  const { catalog, settings } = world;
  requireName('partition', name, settings.maxNameLength);
  await world.queue.run(signal, async () => {
    const collection = catalog.visible({ collectionName });
    if (partitionNamed(collection, name) !== undefined) return;
    const visible = collection.partitions.filter((partition) => partition.state === 'created');
    if (visible.length >= settings.maxPartitionNum)
      throw new Exhausted(
        `partition number (${visible.length}) exceeds max configuration (${settings.maxPartitionNum}), collection: ${collectionName}. Drop one first`,
      );
    const createTime = await world.allocTimestamp();
    const id = await world.allocIDs(1);
    await catalog.addPartition(collection.id, { id, name, createTime, state: 'created' });
    await expire(world, collection, createTime, common.MsgType.CreatePartition);
  });
}

/** Makes a partition invisible; the reconciler does the rest. Dropping an unknown one is no error. */
export async function dropPartition(
  world: DdlWorld,
  request: milvus.DropPartitionRequest,
  signal: AbortSignal,
): Promise<void> {
  const { collectionName, partitionName } = request;
  if (partitionName === world.settings.defaultPartitionName)
    throw new Invalid('default partition cannot be deleted');
  await world.queue.run(signal, async () => {
    const collection = world.catalog.visible({ collectionName });
    const partition = partitionNamed(collection, partitionName);
    if (partition === undefined) return;
    const timestamp = await world.allocTimestamp();
    await world.catalog.setPartitionState(collection.id, partition, 'dropping', timestamp);
    world.wakeReconciler();
    await expire(world, collection, timestamp, common.MsgType.DropPartition);
  });
}

function expire(
  world: DdlWorld,
  collection: Collection,
  timestamp: Timestamp,
  msgType: common.MsgType,
): Promise<void> {
  return world.proxies.expire({
    collectionName: collection.name,
    collectionID: collection.id,
    timestamp,
    msgType,
  });
}
