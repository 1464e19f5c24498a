import { join } from 'node:path';
import { Invalid } from '@millrace/core';
import type { Options } from '@millrace/runtime';
import { LocalObjectStore } from './drivers/local.ts';
import type { ObjectStore } from './object-store.ts';

/** The object store that `common.storageType` names. Invalid when what it needs is not configured. */
export async function openObjectStore(options: Options): Promise<ObjectStore> {
  switch (options['common.storageType']) {
    case 'local': {
      const directory = options['millrace.dataDirectory'];
      if (directory === '')
        throw new Invalid('common.storageType is local: name its directory with millrace.dataDirectory');
      return new LocalObjectStore({ directory: join(directory, 'objects') });
    }
    case 'minio':
      throw new Invalid('common.storageType is minio, which is not served yet: set it to local');
  }
}
