import { physicalMs } from '@millrace/core';
import { common, type milvus } from '@millrace/proto';
import type { Catalog } from '../catalog/catalog.ts';
import { requireMessageType } from './message-type.ts';

/** Every created collection. `collectionNames` and `type` are the proxy's business, as in the original. */
export function showCollections(
  catalog: Catalog,
  { base }: milvus.ShowCollectionsRequest,
): Partial<milvus.ShowCollectionsResponse> {
  requireMessageType(base, common.MsgType.ShowCollections);
  const shown = catalog.all().filter((collection) => collection.state === 'created');
  return {
    collectionNames: shown.map(({ name }) => name),
    collectionIds: shown.map(({ id }) => id),
    createdTimestamps: shown.map(({ createTime }) => createTime),
    createdUtcTimestamps: shown.map(({ createTime }) => BigInt(physicalMs(createTime))),
  };
}
