import { Invalid, NotFound } from '@millrace/core';
import { common, type milvus } from '@millrace/proto';
import type { DdlWorld } from './ddl-world.ts';
import { requireName } from './names.ts';

/** Gives a collection a second name. The same alias for the same collection again is no error. */
export async function createAlias(
  world: DdlWorld,
  request: milvus.CreateAliasRequest,
  signal: AbortSignal,
): Promise<void> {
  const { alias, collectionName } = request;
  const { catalog } = world;
  requireName('alias', alias, world.settings.maxNameLength);
  await world.queue.run(signal, async () => {
    if (catalog.named(alias) !== undefined)
      throw new Invalid(`cannot create alias, collection already exists with same name: ${alias}`);
    const collection = ownName(world, collectionName);
    const other = catalog.aliased(alias);
    if (other?.id === collection.id) return;
    if (other !== undefined)
      throw new Invalid(`alias ${alias} belongs to collection ${other.name}: alter it, or drop it first`);
    await catalog.setAlias(alias, collection.id, await world.allocTimestamp());
  });
}

/** Points an alias to another collection. */
export async function alterAlias(
  world: DdlWorld,
  request: milvus.AlterAliasRequest,
  signal: AbortSignal,
): Promise<void> {
  const { alias, collectionName } = request;
  const { catalog } = world;
  await world.queue.run(signal, async () => {
    const collection = ownName(world, collectionName);
    if (catalog.aliased(alias) === undefined)
      throw new NotFound(`failed to alter alias, alias does not exist: ${alias}. Create it`);
    const timestamp = await world.allocTimestamp();
    await catalog.setAlias(alias, collection.id, timestamp);
    await world.proxies.expire({
      collectionName: alias,
      collectionID: 0n,
      timestamp,
      msgType: common.MsgType.AlterAlias,
    });
  });
}

/** Dropping an unknown alias is no error. */
export async function dropAlias(
  world: DdlWorld,
  request: milvus.DropAliasRequest,
  signal: AbortSignal,
): Promise<void> {
  const { alias } = request;
  const { catalog } = world;
  await world.queue.run(signal, async () => {
    if (catalog.aliased(alias) === undefined) return;
    const timestamp = await world.allocTimestamp();
    await catalog.removeAlias(alias);
    await world.proxies.expire({
      collectionName: alias,
      collectionID: 0n,
      timestamp,
      msgType: common.MsgType.DropAlias,
    });
  });
}

/** Aliases point to collections, not to aliases. */
function ownName(world: DdlWorld, collectionName: string) {
  const collection = world.catalog.visible({ collectionName });
  if (collection.name !== collectionName)
    throw new Invalid(`${collectionName} is an alias of ${collection.name}: name the collection itself`);
  return collection;
}
