import { silentLogger } from '@millrace/core';
import { realClock, realRandom } from '@millrace/runtime';
import { engineAddress } from '@millrace/runtime/testing';
import { describe } from 'vitest';
import { describeObjectStore } from '../testing/object-store-suite.ts';
import { MinioObjectStore } from './minio.ts';

const address = engineAddress('minio');
const components = { clock: realClock, random: realRandom, log: silentLogger };

describe.skipIf(address === undefined)('against MinIO', () => {
  const [host = '', port = ''] = (address ?? '').split(':');
  const settings = {
    host,
    port: Number(port),
    useSSL: false,
    accessKey: 'minioadmin',
    secretKey: 'minioadmin',
    bucket: 'conformance',
    createBucket: true,
  };
  describeObjectStore('minio', async () => new MinioObjectStore(settings, components));
});
