import { join } from 'node:path';
import { type Clock, Invalid, type Logger } from '@millrace/core';
import { type Options, realRandom } from '@millrace/runtime';
import { EtcdMetaStore } from './drivers/etcd.ts';
import { LmdbMetaStore } from './drivers/lmdb.ts';
import type { MetaStore } from './meta-store.ts';

/** The metastore that `millrace.metastore` names. Invalid when what it needs is not configured. */
export async function openMetaStore(
  options: Options,
  components: { readonly clock: Clock; readonly log: Logger },
): Promise<MetaStore> {
  switch (options['millrace.metastore']) {
    case 'lmdb': {
      const directory = options['millrace.dataDirectory'];
      if (directory === '')
        throw new Invalid('millrace.metastore is lmdb: name its directory with millrace.dataDirectory');
      return new LmdbMetaStore(components, { directory: join(directory, 'meta') });
    }
    case 'etcd': {
      const endpoints = options['etcd.endpoints'].split(',').map((endpoint) => endpoint.trim());
      return new EtcdMetaStore(
        { ...components, random: realRandom },
        { endpoints: endpoints.filter((endpoint) => endpoint !== '') },
      );
    }
  }
}
