import type { UniqueID } from '@millrace/core';
import { type MetaKeys, type MetaStore, scan } from '@millrace/metastore';
import { etcdMeta, schema } from '@millrace/proto';
import type { Collection, Partition } from './collection.ts';
import { decodeCollection, decodePartition, isPresent } from './records.ts';

export interface CatalogContent {
  readonly collections: ReadonlyMap<UniqueID, Collection>;
  /** Alias → collection. */
  readonly aliases: ReadonlyMap<string, UniqueID>;
}

/** Reads the whole catalog. Fields and partitions whose collection has no key are left over from a creation that stopped: no matter. */
export async function loadCatalog(store: MetaStore, keys: MetaKeys): Promise<CatalogContent> {
  const fields = new Map<UniqueID, schema.FieldSchema[]>();
  const partitions = new Map<UniqueID, Partition[]>();
  const collections = new Map<UniqueID, Collection>();
  const aliases = new Map<string, UniqueID>();
  await each(store, keys.prefix.fields(), (key, value) => {
    const parsed = keys.parse(key);
    if (parsed?.kind === 'field') append(fields, parsed.collectionID, schema.FieldSchema.decode(value));
  });
  await each(store, keys.prefix.partitions(), (key, value) => {
    const parsed = keys.parse(key);
    if (parsed?.kind === 'partition') append(partitions, parsed.collectionID, decodePartition(value));
  });
  await each(store, keys.prefix.collections(), (key, value) => {
    const parsed = keys.parse(key);
    if (parsed?.kind !== 'collection') return;
    const id = parsed.collectionID;
    collections.set(id, decodeCollection(value, fields.get(id) ?? [], partitions.get(id) ?? []));
  });
  await each(store, keys.prefix.aliases(), (_key, value) => {
    const info = etcdMeta.AliasInfo.decode(value);
    aliases.set(info.aliasName, info.collectionId);
  });
  return { collections, aliases };
}

async function each(
  store: MetaStore,
  prefix: string,
  take: (key: string, value: Uint8Array) => void,
): Promise<void> {
  for await (const page of scan(store, { prefix })) {
    for (const kv of page.kvs) if (isPresent(kv)) take(kv.key, kv.value);
  }
}

function append<T>(lists: Map<UniqueID, T[]>, id: UniqueID, item: T): void {
  const list = lists.get(id);
  if (list === undefined) lists.set(id, [item]);
  else list.push(item);
}
