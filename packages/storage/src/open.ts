import { join } from 'node:path';
import { type Clock, Invalid, type Logger, type Random } from '@millrace/core';
import type { Options } from '@millrace/runtime';
import { LocalObjectStore } from './drivers/local.ts';
import { MinioObjectStore } from './drivers/minio.ts';
import type { ObjectStore } from './object-store.ts';

/**
 * The object store that `common.storageType` names. Errors: Invalid when what it needs is not configured, or the server refuses the
 * credentials; Unavailable when the server does not answer before the deadline.
 */
export async function openObjectStore(
  options: Options,
  components: { readonly clock: Clock; readonly random: Random; readonly log: Logger },
): Promise<ObjectStore> {
  switch (options['common.storageType']) {
    case 'local': {
      const directory = options['millrace.dataDirectory'];
      if (directory === '')
        throw new Invalid('common.storageType is local: name its directory with millrace.dataDirectory');
      return new LocalObjectStore({ directory: join(directory, 'objects') });
    }
    case 'minio':
      return openMinio(options, components);
  }
}

async function openMinio(
  options: Options,
  components: { readonly clock: Clock; readonly random: Random; readonly log: Logger },
): Promise<ObjectStore> {
  const store = new MinioObjectStore(
    {
      host: options['minio.address'],
      port: options['minio.port'],
      useSSL: options['minio.useSSL'],
      accessKey: options['minio.accessKeyID'],
      secretKey: options['minio.secretAccessKey'],
      bucket: options['minio.bucketName'],
      createBucket: true,
    },
    components,
  );
  try {
    await store.connect();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
