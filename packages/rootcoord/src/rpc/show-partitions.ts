import { physicalMs } from '@millrace/core';
import { common, type milvus } from '@millrace/proto';
import type { Catalog } from '../catalog/catalog.ts';
import { type Collection, collectionNotFound } from '../catalog/collection.ts';
import { requireMessageType } from './message-type.ts';

type Answer = Partial<milvus.ShowPartitionsResponse>;

/** The created partitions of a created collection. */
export function showPartitions(catalog: Catalog, request: milvus.ShowPartitionsRequest): Answer {
  requireMessageType(request.base, common.MsgType.ShowPartitions);
  return show(catalog.visible(request));
}

/** The same for coordinators and nodes, who also see collections on their way in and out. */
export function showPartitionsInternal(catalog: Catalog, request: milvus.ShowPartitionsRequest): Answer {
  requireMessageType(request.base, common.MsgType.ShowPartitions);
  const { collectionName: name, collectionID } = request;
  const found = name === '' ? catalog.get(collectionID) : (catalog.named(name) ?? catalog.aliased(name));
  if (found === undefined) throw collectionNotFound(name === '' ? collectionID : name);
  return show(found);
}

function show(collection: Collection): Answer {
  const shown = collection.partitions.filter((partition) => partition.state === 'created');
  return {
    partitionNames: shown.map(({ name }) => name),
    partitionIDs: shown.map(({ id }) => id),
    createdTimestamps: shown.map(({ createTime }) => createTime),
    createdUtcTimestamps: shown.map(({ createTime }) => BigInt(physicalMs(createTime))),
  };
}
