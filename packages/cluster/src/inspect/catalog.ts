import { NotFound } from '@millrace/core';
import {
  type CompactionTask,
  decodeCompactionTask,
  type KvKeys,
  type MetaKeys,
  type MetaStore,
  type Revision,
  scan,
} from '@millrace/metastore';
import { data, etcdMeta, schema } from '@millrace/proto';

/** A collection as RootCoord keeps it. */
export interface CollectionRecord {
  readonly id: bigint;
  readonly name: string;
  readonly fields: readonly schema.FieldSchema[];
  readonly partitions: readonly { readonly id: bigint; readonly name: string }[];
  readonly vchannels: readonly string[];
  readonly state: string;
}

/** A segment as DataCoord keeps it, its logs with their ids. */
export interface SegmentRecord {
  readonly info: data.SegmentInfo;
  readonly insert: readonly data.FieldBinlog[];
  readonly stats: readonly data.FieldBinlog[];
  readonly delta: readonly data.FieldBinlog[];
}

export async function readCollections(store: MetaStore, keys: MetaKeys): Promise<CollectionRecord[]> {
  const collections: CollectionRecord[] = [];
  for await (const page of scan(store, { prefix: keys.prefix.collections() })) {
    for (const { value } of page.kvs) {
      const info = etcdMeta.CollectionInfo.decode(value);
      collections.push({
        id: info.ID,
        name: info.schema?.name ?? '',
        fields: await readFields(store, keys, info.ID),
        partitions: await readPartitions(store, keys, info.ID),
        vchannels: info.virtualChannelNames,
        state: nameOf(etcdMeta.CollectionState, info.state),
      });
    }
  }
  return collections;
}

/** The plans that DataCoord remembers: running ones, and those that ended lately. */
export async function readCompactions(store: MetaStore, keys: MetaKeys): Promise<CompactionTask[]> {
  const tasks: CompactionTask[] = [];
  for await (const { kvs } of scan(store, { prefix: keys.prefix.compactionPlans() }))
    tasks.push(...kvs.map(({ value }) => decodeCompactionTask(value)));
  return tasks;
}

/** The imports that RootCoord remembers, oldest first: waiting and running ones, and those that ended lately. */
export async function readImports(store: MetaStore, keys: KvKeys): Promise<data.ImportTaskInfo[]> {
  const tasks: data.ImportTaskInfo[] = [];
  for await (const { kvs } of scan(store, { prefix: keys.prefix.importTasks() }))
    tasks.push(...kvs.map(({ value }) => data.ImportTaskInfo.decode(value)));
  return tasks;
}

/** By name, or by id where no collection has that name. */
export async function findCollection(
  store: MetaStore,
  keys: MetaKeys,
  name: string,
): Promise<CollectionRecord> {
  const collections = await readCollections(store, keys);
  const found =
    collections.find((collection) => collection.name === name && collection.state === 'CollectionCreated') ??
    collections.find((collection) => String(collection.id) === name);
  if (found !== undefined) return found;
  const names = collections.map((collection) => collection.name).join(', ');
  throw new NotFound(
    `there is no collection ${name}: ${names === '' ? 'none exists' : `there are ${names}`}`,
  );
}

/** Segments with their logs, all as they were at one revision: a compaction may swap them meanwhile. */
export async function readSegments(
  store: MetaStore,
  keys: MetaKeys,
  collectionID?: bigint,
): Promise<SegmentRecord[]> {
  const of = collectionID === undefined ? undefined : { collectionID };
  const { prefix } = keys;
  const records = of === undefined ? prefix.segments() : prefix.segmentsOfCollection(of);
  const { revision } = await store.range({ prefix: records, limit: 1, keysOnly: true });
  const [insert, stats, delta] = await Promise.all([
    readLogs(store, of === undefined ? prefix.binlogs() : prefix.binlogsOfCollection(of), revision),
    readLogs(store, of === undefined ? prefix.statslogs() : prefix.statslogsOfCollection(of), revision),
    readLogs(store, of === undefined ? prefix.deltalogs() : prefix.deltalogsOfCollection(of), revision),
  ]);
  const segments: SegmentRecord[] = [];
  for await (const page of scan(store, { prefix: records, revision })) {
    for (const { value } of page.kvs) {
      const info = data.SegmentInfo.decode(value);
      segments.push({
        info,
        insert: insert.get(info.ID) ?? [],
        stats: stats.get(info.ID) ?? [],
        delta: delta.get(info.ID) ?? [],
      });
    }
  }
  return segments;
}

/** Logs by segment. The field of a key holds where the value is empty. */
async function readLogs(
  store: MetaStore,
  prefix: string,
  revision: Revision,
): Promise<Map<bigint, data.FieldBinlog[]>> {
  const logs = new Map<bigint, data.FieldBinlog[]>();
  for await (const page of scan(store, { prefix, revision })) {
    for (const { key, value } of page.kvs) {
      const [segment = '', field = ''] = key.split('/').slice(-2);
      const log = { ...data.FieldBinlog.decode(value), fieldID: BigInt(field) };
      const list = logs.get(BigInt(segment));
      if (list === undefined) logs.set(BigInt(segment), [log]);
      else list.push(log);
    }
  }
  return logs;
}

async function readFields(
  store: MetaStore,
  keys: MetaKeys,
  collectionID: bigint,
): Promise<schema.FieldSchema[]> {
  const fields: schema.FieldSchema[] = [];
  for await (const page of scan(store, { prefix: keys.prefix.fieldsOfCollection({ collectionID }) })) {
    for (const { value } of page.kvs) fields.push(schema.FieldSchema.decode(value));
  }
  return fields;
}

async function readPartitions(store: MetaStore, keys: MetaKeys, collectionID: bigint) {
  const partitions: { id: bigint; name: string }[] = [];
  for await (const page of scan(store, { prefix: keys.prefix.partitionsOfCollection({ collectionID }) })) {
    for (const { value } of page.kvs) {
      const info = etcdMeta.PartitionInfo.decode(value);
      partitions.push({ id: info.partitionID, name: info.partitionName });
    }
  }
  return partitions;
}

/** The name of an enum value. */
export function nameOf(values: Readonly<Record<string, string | number>>, value: number): string {
  return Object.entries(values).find(([, number]) => number === value)?.[0] ?? String(value);
}
