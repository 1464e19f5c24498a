import type { Timestamp, UniqueID } from '@millrace/core';
import type { KeyValue, MetaKeys, WriteOp } from '@millrace/metastore';
import { etcdMeta, schema } from '@millrace/proto';
import { type Collection, type Partition, stateNumber, stateOfNumber } from './collection.ts';

/** Milvus' mark of a deleted key. Source: spec live-cluster, section d. */
const tombstone = Buffer.from([0xe2, 0x9b, 0xbc]);

/** Puts of a record and of its copy for time travel, as the original writes both. */
export function putsOf(keys: MetaKeys, key: string, value: Uint8Array, at: Timestamp): WriteOp[] {
  const path = key.slice(keys.root.length + 1);
  return [
    { put: key, value },
    { put: keys.key.snapshot({ path, timestamp: at }), value },
  ];
}

/** Deletes a record and its copies. No tombstone is left: time travel ends with the collection here. */
export function deletesOf(keys: MetaKeys, key: string): WriteOp[] {
  return [{ delete: key }, { deletePrefix: `${snapshotOf(keys, key)}_ts` }];
}

/** Deletes every record below a prefix, and their copies. */
export function prefixDeletesOf(keys: MetaKeys, prefix: string): WriteOp[] {
  return [{ deletePrefix: prefix }, { deletePrefix: snapshotOf(keys, prefix) }];
}

function snapshotOf(keys: MetaKeys, keyOrPrefix: string): string {
  return `${keys.root}/snapshots/${keyOrPrefix.slice(keys.root.length + 1)}`;
}

/** Fields and partitions have keys of their own. */
export function collectionRecord(keys: MetaKeys, collection: Collection): [string, Uint8Array] {
  const { id, name, description, autoID } = collection;
  const info = etcdMeta.CollectionInfo.fromPartial({
    ID: id,
    schema: { name, description, autoID, fields: [] },
    createTime: collection.createTime,
    virtualChannelNames: [...collection.vchannels],
    physicalChannelNames: [...collection.pchannels],
    shardsNum: collection.shardsNum,
    startPositions: [...collection.startPositions],
    consistencyLevel: collection.consistencyLevel,
    state: stateNumber(collection.state),
    properties: [...collection.properties],
  });
  return [keys.key.collection({ collectionID: id }), etcdMeta.CollectionInfo.encode(info).finish()];
}

export function fieldRecord(
  keys: MetaKeys,
  collectionID: UniqueID,
  field: schema.FieldSchema,
): [string, Uint8Array] {
  return [
    keys.key.field({ collectionID, fieldID: field.fieldID }),
    schema.FieldSchema.encode(field).finish(),
  ];
}

export function partitionRecord(
  keys: MetaKeys,
  collectionID: UniqueID,
  partition: Partition,
): [string, Uint8Array] {
  const info = etcdMeta.PartitionInfo.fromPartial({
    partitionID: partition.id,
    partitionName: partition.name,
    partitionCreatedTimestamp: partition.createTime,
    collectionId: collectionID,
    state: stateNumber(partition.state),
  });
  return [
    keys.key.partition({ collectionID, partitionID: partition.id }),
    etcdMeta.PartitionInfo.encode(info).finish(),
  ];
}

export function aliasRecord(
  keys: MetaKeys,
  alias: string,
  collectionID: UniqueID,
  createTime: Timestamp,
): [string, Uint8Array] {
  const info = etcdMeta.AliasInfo.fromPartial({
    aliasName: alias,
    collectionId: collectionID,
    createdTime: createTime,
  });
  return [keys.key.alias({ alias }), etcdMeta.AliasInfo.encode(info).finish()];
}

/** Whether a key is there: the original keeps deleted ones with a mark as their value. */
export function isPresent({ value }: KeyValue): boolean {
  return !tombstone.equals(value);
}

export function decodeCollection(
  value: Uint8Array,
  fields: readonly schema.FieldSchema[],
  partitions: readonly Partition[],
): Collection {
  const info = etcdMeta.CollectionInfo.decode(value);
  return {
    id: info.ID,
    name: info.schema?.name ?? '',
    description: info.schema?.description ?? '',
    autoID: info.schema?.autoID ?? false,
    fields: [...fields].sort(userFieldsFirst),
    createTime: info.createTime,
    shardsNum: info.shardsNum,
    vchannels: info.virtualChannelNames,
    pchannels: info.physicalChannelNames,
    startPositions: info.startPositions,
    consistencyLevel: info.consistencyLevel,
    properties: info.properties,
    state: stateOfNumber(info.state),
    partitions: [...partitions].sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

export function decodePartition(value: Uint8Array): Partition {
  const info = etcdMeta.PartitionInfo.decode(value);
  return {
    id: info.partitionID,
    name: info.partitionName,
    createTime: info.partitionCreatedTimestamp,
    state: stateOfNumber(info.state),
  };
}

/** The order the collection was created with: user fields by id, then RowID and Timestamp. */
function userFieldsFirst(a: schema.FieldSchema, b: schema.FieldSchema): number {
  const system = Number(a.fieldID < 100n) - Number(b.fieldID < 100n);
  return system !== 0 ? system : a.fieldID < b.fieldID ? -1 : 1;
}
