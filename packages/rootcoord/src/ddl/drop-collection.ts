import { Invalid } from '@millrace/core';
import { common, type milvus } from '@millrace/proto';
import type { DdlWorld } from './ddl-world.ts';

/** Makes a collection invisible; the reconciler does the rest. An unknown one is no error: dropping twice is the same as once. */
export async function dropCollection(
  world: DdlWorld,
  request: milvus.DropCollectionRequest,
  signal: AbortSignal,
): Promise<void> {
  const { collectionName } = request;
  await world.queue.run(signal, async () => {
    const { catalog } = world;
    if (catalog.aliased(collectionName) !== undefined)
      throw new Invalid(`cannot drop the collection via alias = ${collectionName}: use its own name`);
    const collection = catalog.named(collectionName);
    if (collection === undefined) return;
    const timestamp = await world.allocTimestamp();
    const aliases = catalog.aliasesOf(collection.id);
    await catalog.setState(collection.id, 'dropping', timestamp);
    world.wakeReconciler();
    for (const name of [collectionName, ...aliases]) {
      await world.proxies.expire({
        collectionName: name,
        collectionID: collection.id,
        timestamp,
        msgType: common.MsgType.DropCollection,
      });
    }
  });
}
