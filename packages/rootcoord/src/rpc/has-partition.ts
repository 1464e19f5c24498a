import { common, type milvus } from '@millrace/proto';
import type { Catalog } from '../catalog/catalog.ts';
import { partitionNamed } from '../catalog/collection.ts';
import { requireMessageType } from './message-type.ts';

export function hasPartition(
  catalog: Catalog,
  { base, collectionName, partitionName }: milvus.HasPartitionRequest,
): Partial<milvus.BoolResponse> {
  requireMessageType(base, common.MsgType.HasPartition);
  const collection = catalog.visible({ collectionName });
  return { value: partitionNamed(collection, partitionName) !== undefined };
}
