import { randomUUID } from 'node:crypto';
import { type Logger, silentLogger } from '@millrace/core';
import { loadOptions, realClock, realRandom } from '@millrace/runtime';
import { engineAddress } from '@millrace/runtime/testing';
import { Client } from 'minio';
import { afterEach, describe, expect, it } from 'vitest';
import { listAll, type ObjectStore } from '../object-store.ts';
import { openObjectStore } from '../open.ts';
import { noise, same } from '../testing/bytes.ts';
import { describeObjectStore } from '../testing/object-store-suite.ts';
import { MinioObjectStore, type MinioSettings } from './minio.ts';

const address = engineAddress('minio');
const components = { clock: realClock, random: realRandom, log: silentLogger };

describe.skipIf(address === undefined)('against MinIO', () => {
  const [host = '', port = ''] = (address ?? '').split(':');
  const settings: MinioSettings = {
    host,
    port: Number(port),
    useSSL: false,
    accessKey: 'minioadmin',
    secretKey: 'minioadmin',
    bucket: 'conformance',
    createBucket: true,
    deadlineMs: 15_000,
  };

  describeObjectStore('minio', async () => new MinioObjectStore(settings, components));

  describe('a MinIO object store', () => {
    const stores: ObjectStore[] = [];
    afterEach(async () => {
      for (const store of stores.splice(0)) await store.close();
    });
    const open = (change: Partial<MinioSettings>, log: Logger = silentLogger) => {
      const store = new MinioObjectStore({ ...settings, ...change }, { ...components, log });
      stores.push(store);
      return store;
    };
    const newBucket = () => `new-${randomUUID()}`;
    const everyCall = (store: ObjectStore) => [
      store.put('a', [Buffer.from('x')]),
      store.putIfAbsent('a', [Buffer.from('x')]),
      store.get('a'),
      store.get('a', { range: { offset: 0, length: 0 } }),
      store.stat('a'),
      store.list({ prefix: '' }),
      store.remove('a'),
    ];

    it('creates the bucket once, however many processes start', async () => {
      const bucket = newBucket();
      const created: string[] = [];
      const log = { ...silentLogger, info: (_: object, event: string) => void created.push(event) };
      await Promise.all(
        Array.from({ length: 8 }, (_, i) => open({ bucket }, log).put(`a/${i}`, [Buffer.from('x')])),
      );
      expect((await open({ bucket }).list({ prefix: '' })).objects).toHaveLength(8);
      expect(created.filter((event) => event === 'bucket created')).toHaveLength(1);
    });

    it('names the bucket that is missing when it may not create it', async () => {
      const bucket = newBucket();
      for (const result of await Promise.allSettled(everyCall(open({ bucket, createBucket: false })))) {
        expect(result).toMatchObject({
          reason: { kind: 'not-found', message: expect.stringContaining(`bucket ${bucket} does not exist`) },
        });
      }
    });

    it('names the bucket that has been removed since', async () => {
      const bucket = newBucket();
      const store = open({ bucket });
      await store.connect();
      await new Client({ ...settings, endPoint: host }).removeBucket(bucket);
      for (const result of await Promise.allSettled(everyCall(store))) {
        expect(result).toMatchObject({
          reason: { kind: 'not-found', message: expect.stringContaining(`bucket ${bucket} does not exist`) },
        });
      }
    });

    it.each([
      ['a wrong secret', { secretKey: 'wrong-secret' }, 'SignatureDoesNotMatch'],
      ['an unknown access key', { accessKey: 'nobody' }, 'InvalidAccessKeyId'],
    ])('refuses %s at once, and says what to check', async (_, change, code) => {
      const began = realClock.monotonic();
      for (const result of await Promise.allSettled(everyCall(open(change)))) {
        expect(result).toMatchObject({
          reason: { kind: 'invalid', message: expect.stringMatching(`${code}.*check minio.accessKeyID`) },
        });
      }
      expect(realClock.monotonic() - began).toBeLessThan(5000);
    });

    it('refuses to replace a large object without waiting for the deadline', async () => {
      const key = `large/${randomUUID()}`;
      const first = noise(16 * 2 ** 20, 1);
      const second = [noise(8 * 2 ** 20, 2), noise(8 * 2 ** 20, 3)];
      const store = open({});
      await store.putIfAbsent(key, [first]);
      for (let i = 0; i < 5; i++) {
        const began = realClock.monotonic();
        await expect(store.putIfAbsent(key, second)).rejects.toMatchObject({ kind: 'conflict' });
        expect(realClock.monotonic() - began).toBeLessThan(5000);
      }
      expect(same(await store.get(key), first)).toBe(true);
    });

    it('refuses a key below an object, or takes it', async () => {
      const store = open({});
      const key = `above/${randomUUID()}`;
      await store.put(key, [Buffer.from('x')]);
      const result = await store.put(`${key}/b`, []).catch((error: unknown) => error);
      if (result !== undefined) expect(result).toMatchObject({ kind: 'invalid' });
    });

    it('is what the options name, and writes a bucket that Milvus would read', async () => {
      const bucket = newBucket();
      const options = loadOptions({
        flags: {
          'common.storageType': 'minio',
          'minio.address': host,
          'minio.port': port,
          'minio.bucketName': bucket,
        },
      });
      const store = await openObjectStore(options, components);
      stores.push(store);
      await store.put('files/insert_log/1/2/3/4/5', [Buffer.from('x')]);
      const keys: string[] = [];
      for await (const { key } of listAll(store, 'files/')) keys.push(key);
      expect(keys).toEqual(['files/insert_log/1/2/3/4/5']);
      const stat = await new Client({ ...settings, endPoint: host }).statObject(bucket, keys[0] ?? '');
      expect(stat.size).toBe(1);
    });
  });
});
