import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Invalid, silentLogger } from '@millrace/core';
import {
  type KvKeys,
  kvKeys,
  type MetaKeys,
  type MetaStore,
  metaKeys,
  openMetaStore,
} from '@millrace/metastore';
import { loadOptions, metaRootOf, type Options, realClock, realRandom } from '@millrace/runtime';
import { type ObjectStore, openObjectStore } from '@millrace/storage';

/** What a local cluster keeps, opened beside its processes or without them. */
export interface LocalData {
  readonly store: MetaStore;
  readonly keys: MetaKeys;
  readonly kvKeys: KvKeys;
  readonly objects: ObjectStore;
  readonly objectRoot: string;
  readonly options: Options;
  close(): Promise<void>;
}

/** Opens the data of `millrace up --data DIRECTORY --set …`, or of a Milvus whose etcd and MinIO the options name. Invalid when there is none. */
export async function openLocal(
  directory: string,
  set: Readonly<Record<string, string>> = {},
): Promise<LocalData> {
  const data = join(resolve(directory), 'data');
  const flags = {
    'millrace.metastore': 'lmdb',
    'common.storageType': 'local',
    'millrace.dataDirectory': data,
    ...set,
  };
  const options = loadOptions({ flags });
  const isElsewhere = options['millrace.metastore'] === 'etcd' && options['common.storageType'] === 'minio';
  if (!isElsewhere && !existsSync(data)) {
    throw new Invalid(
      `there is no cluster's data in ${directory}: name its directory with --data, start one with millrace up, or say with --set millrace.metastore=etcd --set common.storageType=minio that it is elsewhere`,
    );
  }
  return open(options);
}

/** Opens what a cluster with these options keeps, wherever that is. */
export function openData(flags: Readonly<Record<string, string>>): Promise<LocalData> {
  return open(loadOptions({ flags }));
}

async function open(options: Options): Promise<LocalData> {
  const world = { clock: realClock, random: realRandom, log: silentLogger };
  const store = await openMetaStore(options, world);
  const objects = await openObjectStore(options, world);
  return {
    store,
    keys: metaKeys(metaRootOf(options)),
    kvKeys: kvKeys(`${options['etcd.rootPath']}/${options['etcd.kvSubPath']}`),
    objects,
    objectRoot: options['minio.rootPath'],
    options,
    async close() {
      await objects.close();
      await store.close();
    },
  };
}
