import { physicalMs } from '@millrace/core';
import { common, type milvus } from '@millrace/proto';
import type { Catalog } from '../catalog/catalog.ts';
import { type Collection, collectionNotFound, schemaOf } from '../catalog/collection.ts';
import { requireMessageType } from './message-type.ts';

type Answer = Partial<milvus.DescribeCollectionResponse>;

/** What clients may see: created collections. Fields include the system's. */
export function describeCollection(catalog: Catalog, request: milvus.DescribeCollectionRequest): Answer {
  requireMessageType(request.base, common.MsgType.DescribeCollection);
  return describe(catalog, catalog.visible(request));
}

/** What coordinators and nodes see: every collection whose meta still exists, in whatever state. */
export function describeCollectionInternal(
  catalog: Catalog,
  request: milvus.DescribeCollectionRequest,
): Answer {
  requireMessageType(request.base, common.MsgType.DescribeCollection);
  const { collectionName: name, collectionID } = request;
  const found = name === '' ? catalog.get(collectionID) : (catalog.named(name) ?? catalog.aliased(name));
  if (found === undefined) throw collectionNotFound(name === '' ? collectionID : name);
  return describe(catalog, found);
}

function describe(catalog: Catalog, collection: Collection): Answer {
  return {
    schema: schemaOf(collection),
    collectionID: collection.id,
    virtualChannelNames: [...collection.vchannels],
    physicalChannelNames: [...collection.pchannels],
    createdTimestamp: collection.createTime,
    createdUtcTimestamp: BigInt(physicalMs(collection.createTime)),
    shardsNum: collection.shardsNum,
    aliases: catalog.aliasesOf(collection.id),
    startPositions: [...collection.startPositions],
    consistencyLevel: collection.consistencyLevel,
    collectionName: collection.name,
    properties: [...collection.properties],
  };
}
