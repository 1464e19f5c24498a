import { common, type milvus } from '@millrace/proto';
import type { Catalog } from '../catalog/catalog.ts';
import { requireMessageType } from './message-type.ts';

export function hasCollection(
  catalog: Catalog,
  { base, collectionName }: milvus.HasCollectionRequest,
): Partial<milvus.BoolResponse> {
  requireMessageType(base, common.MsgType.HasCollection);
  const found = catalog.named(collectionName) ?? catalog.aliased(collectionName);
  return { value: found?.state === 'created' };
}
