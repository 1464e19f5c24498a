import { silentLogger } from '@millrace/core';
import { EtcdMetaStore, LmdbMetaStore, type MetaStore } from '@millrace/metastore';
import { realClock, realRandom } from '@millrace/runtime';

/** @param kind `lmdb` or `etcd`. @param place The directory, or the address. */
export function openBenchStore(kind: string, place: string): MetaStore {
  const components = { clock: realClock, random: realRandom, log: silentLogger };
  if (kind === 'lmdb') return new LmdbMetaStore(components, { directory: place });
  return new EtcdMetaStore(components, { endpoints: [place], deadlineMs: 60_000 });
}
