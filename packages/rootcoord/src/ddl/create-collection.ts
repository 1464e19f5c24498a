import { Invalid, isKind, type Timestamp, vchannelName } from '@millrace/core';
import { common, type milvus } from '@millrace/proto';
import { type Collection, isSameDefinition, schemaOf } from '../catalog/collection.ts';
import { channelsFor, usageOf } from './channels.ts';
import { broadcast, type DdlWorld, withDdlTimestamp } from './ddl-world.ts';
import { createCollectionMessage } from './messages.ts';
import { fieldsWithIDs, parseSchema } from './schema.ts';

/**
 * Message in every channel → stored, invisible → watched by DataCoord → visible. A crash before the second step leaves nothing but a
 * message that nobody reads; behind it, the reconciler finishes. A DataCoord that refuses undoes it. Creating the same collection again
 * is no error.
 */
export async function createCollection(
  world: DdlWorld,
  request: milvus.CreateCollectionRequest,
  signal: AbortSignal,
): Promise<void> {
  const wanted = definitionOf(world, request);
  await world.queue.run(signal, async () => {
    const { catalog } = world;
    if (catalog.aliased(wanted.name) !== undefined)
      throw new Invalid(`collection name ${wanted.name} is an alias: choose another, or drop the alias`);
    const existing = catalog.named(wanted.name);
    if (existing !== undefined && !isSameDefinition(existing, wanted))
      throw new Invalid(
        `create duplicate collection with different parameters, collection: ${wanted.name}. Drop it first, or choose another name`,
      );
    if (existing?.state === 'created') return;
    const collection = existing ?? (await begin(world, wanted));
    await finishCreation(world, collection);
    // A proxy may still know an earlier collection of this name.
    await world.proxies.expire({
      collectionName: collection.name,
      collectionID: 0n,
      timestamp: collection.createTime,
      msgType: common.MsgType.CreateCollection,
    });
  });
}

/** From stored to visible. */
async function finishCreation(world: DdlWorld, collection: Collection): Promise<void> {
  try {
    await watch(world, collection);
  } catch (error) {
    if (!world.stopping.aborted) await undo(world, collection);
    throw error;
  }
  await world.catalog.setState(collection.id, 'created', collection.createTime);
  world.log.info({ collectionID: collection.id, name: collection.name }, 'collection created');
}

/** Has DataCoord consume the collection's channels. */
export function watch(world: DdlWorld, collection: Collection): Promise<void> {
  return world.dataCoord.callWatchChannels(
    collection.id,
    collection.vchannels,
    { startPositions: collection.startPositions, schema: schemaOf(collection) },
    { signal: world.stopping, deadlineMs: world.settings.ddlDeadlineMs },
  );
}

async function undo(world: DdlWorld, collection: Collection): Promise<void> {
  try {
    await world.catalog.setState(collection.id, 'dropping', await world.allocTimestamp());
    world.wakeReconciler();
  } catch (error) {
    if (isKind(error, 'fenced')) throw error;
    world.log.warn({ collectionID: collection.id, error }, 'creation not undone: it will be finished');
  }
}

/** What the request asks for, checked; without ids, times and channels. */
function definitionOf(world: DdlWorld, request: milvus.CreateCollectionRequest): Collection {
  const { settings } = world;
  const shardsNum = request.shardsNum <= 0 ? settings.defaultShardsNum : request.shardsNum;
  if (shardsNum > settings.dmlChannelNum)
    throw new Invalid(`shard num (${shardsNum}) exceeds max configuration (${settings.dmlChannelNum})`);
  if (shardsNum > settings.maxShardsNum)
    throw new Invalid(`shard num (${shardsNum}) exceeds system limit (${settings.maxShardsNum})`);
  const { name, description, autoID, fields } = parseSchema(request.schema, request.collectionName, settings);
  return {
    id: 0n,
    name,
    description,
    autoID,
    fields: fieldsWithIDs(fields),
    createTime: 0n,
    shardsNum,
    vchannels: [],
    pchannels: [],
    startPositions: [],
    consistencyLevel: request.consistencyLevel,
    properties: request.properties,
    state: 'creating',
    partitions: [],
  };
}

async function begin(world: DdlWorld, wanted: Collection): Promise<Collection> {
  const announced = await withDdlTimestamp(world, async (createTime) => {
    const placed = await place(world, wanted, createTime);
    const startPositions = await broadcast(world.stream, placed.pchannels, createCollectionMessage(placed));
    return { ...placed, startPositions };
  });
  await world.catalog.add(announced);
  return announced;
}

async function place(world: DdlWorld, wanted: Collection, createTime: Timestamp): Promise<Collection> {
  const { catalog, settings } = world;
  // The default partition's id follows the collection's, as in the original.
  const id = await world.allocIDs(2);
  const usage = usageOf(catalog.all());
  const pchannels = channelsFor(wanted.shardsNum, settings.dmlChannelNum, settings.channelNames, usage);
  return {
    ...wanted,
    id,
    createTime,
    pchannels,
    vchannels: pchannels.map((pchannel, shard) => vchannelName(pchannel, id, shard)),
    partitions: [{ id: id + 1n, name: settings.defaultPartitionName, createTime, state: 'created' }],
  };
}
