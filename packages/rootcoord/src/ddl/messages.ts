import type { Timestamp, UniqueID } from '@millrace/core';
import { common, internal, schema } from '@millrace/proto';
import { type Collection, type Partition, schemaOf } from '../catalog/collection.ts';

const base = (msgType: common.MsgType, timestamp: Timestamp, sourceID: UniqueID): common.MsgBase =>
  common.MsgBase.fromPartial({ msgType, timestamp, sourceID });

/** Source: spec datanode-and-formats §5.5: no names, no source, the default partition's id, the schema with the system fields. */
export function createCollectionMessage(collection: Collection): Uint8Array {
  const message = internal.CreateCollectionRequest.fromPartial({
    base: base(common.MsgType.CreateCollection, collection.createTime, 0n),
    collectionID: collection.id,
    partitionID: collection.partitions[0]?.id ?? 0n,
    schema: Buffer.from(schema.CollectionSchema.encode(schemaOf(collection)).finish()),
    virtualChannelNames: [...collection.vchannels],
    physicalChannelNames: [...collection.pchannels],
  });
  return internal.CreateCollectionRequest.encode(message).finish();
}

export function dropCollectionMessage(
  collection: Collection,
  timestamp: Timestamp,
  sourceID: UniqueID,
): Uint8Array {
  const message = internal.DropCollectionRequest.fromPartial({
    base: base(common.MsgType.DropCollection, timestamp, sourceID),
    collectionName: collection.name,
    collectionID: collection.id,
  });
  return internal.DropCollectionRequest.encode(message).finish();
}

export function dropPartitionMessage(
  collection: Collection,
  partition: Partition,
  timestamp: Timestamp,
  sourceID: UniqueID,
): Uint8Array {
  const message = internal.DropPartitionRequest.fromPartial({
    base: base(common.MsgType.DropPartition, timestamp, sourceID),
    collectionName: collection.name,
    partitionName: partition.name,
    collectionID: collection.id,
    partitionID: partition.id,
  });
  return internal.DropPartitionRequest.encode(message).finish();
}

export function timeTickMessage(timestamp: Timestamp, sourceID: UniqueID): Uint8Array {
  const message = internal.TimeTickMsg.fromPartial({
    base: base(common.MsgType.TimeTick, timestamp, sourceID),
  });
  return internal.TimeTickMsg.encode(message).finish();
}
