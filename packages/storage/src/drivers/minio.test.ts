import { silentLogger } from '@millrace/core';
import { realClock, realRandom } from '@millrace/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { type Fault, openFaultProxy } from '../testing/fault-proxy.ts';
import { MinioObjectStore } from './minio.ts';

const components = { clock: realClock, random: realRandom, log: silentLogger };
const nowhere = { host: '127.0.0.1', port: 1 };

describe('MinioObjectStore with a server that never serves', () => {
  const over: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of over.splice(0).reverse()) await close();
  });

  const open = (port: number, settings: { readonly deadlineMs?: number; readonly bucket?: string } = {}) => {
    const store = new MinioObjectStore(
      {
        host: '127.0.0.1',
        port,
        useSSL: false,
        accessKey: 'key-of-test',
        secretKey: 'secret-of-test',
        bucket: 'bucket-of-test',
        createBucket: true,
        deadlineMs: 600,
        silenceMs: 200,
        ...settings,
      },
      components,
    );
    over.push(() => store.close());
    return store;
  };

  const serve = async (fault: Fault) => {
    const proxy = await openFaultProxy(nowhere, () => fault);
    over.push(() => proxy.close());
    return proxy;
  };

  it.each<Fault>(['reset', 'hang', 500, 503])(
    'tries every call until its deadline, then says Unavailable: %s',
    async (fault) => {
      const { port, seen } = await serve(fault);
      const store = open(port);
      const began = realClock.monotonic();
      const calls = [
        store.put('a', [Buffer.from('x')]),
        store.putIfAbsent('a', [Buffer.from('x')]),
        store.get('a'),
        store.stat('a'),
        store.list({ prefix: '' }),
        store.remove('a'),
        store.connect(),
      ];
      for (const result of await Promise.allSettled(calls)) {
        expect(result).toMatchObject({
          status: 'rejected',
          reason: {
            kind: 'unavailable',
            message: expect.stringMatching(/not done within 600 ms .*127\.0\.0\.1/),
          },
        });
      }
      expect(realClock.monotonic() - began).toBeGreaterThan(550);
      expect(realClock.monotonic() - began).toBeLessThan(2000);
      expect(seen.length).toBeGreaterThan(1);
    },
  );

  it('says Unavailable when the connection is refused', async () => {
    const { port, close } = await openFaultProxy(nowhere, () => 500);
    await close();
    await expect(open(port).get('a')).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining(`ECONNREFUSED 127.0.0.1:${port}`),
    });
  });

  it('does not try again what is refused, and names the access key but not the secret', async () => {
    const { port, seen } = await serve(403);
    const error = await open(port)
      .put('a', [])
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'invalid', message: expect.stringContaining('key-of-test') });
    expect(String(error)).not.toContain('secret-of-test');
    expect(seen).toHaveLength(1);
  });

  it('stops trying as soon as the caller gives up', async () => {
    const { port } = await serve('hang');
    const stop = new AbortController();
    const put = open(port, { deadlineMs: 60_000 }).put('a', [], stop.signal);
    setTimeout(() => stop.abort(), 50);
    await expect(put).rejects.toMatchObject({ kind: 'unavailable', message: 'stopped: put a' });
  });

  it('stops what runs when it is closed, and what comes later', async () => {
    const { port } = await serve(503);
    const store = open(port, { deadlineMs: 60_000 });
    const stat = store.stat('a');
    setTimeout(() => void store.close(), 50);
    await expect(stat).rejects.toMatchObject({ kind: 'unavailable', message: 'stopped: stat a' });
    await expect(store.get('a')).rejects.toMatchObject({ kind: 'unavailable', message: 'stopped: get a' });
  });

  it('refuses what is no name of a bucket', async () => {
    await expect(open(1, { bucket: 'No Bucket' }).connect()).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('minio.bucketName'),
    });
  });
});
