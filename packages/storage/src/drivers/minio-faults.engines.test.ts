import { randomUUID } from 'node:crypto';
import { silentLogger } from '@millrace/core';
import { realClock, realRandom } from '@millrace/runtime';
import { engineAddress } from '@millrace/runtime/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { noise, same, text } from '../testing/bytes.ts';
import { type Fault, openFaultProxy } from '../testing/fault-proxy.ts';
import { MinioObjectStore } from './minio.ts';

const address = engineAddress('minio');

describe.skipIf(address === undefined)('a MinIO object store behind a bad connection', () => {
  const [host = '', port = ''] = (address ?? '').split(':');
  const over: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of over.splice(0).reverse()) await close();
  });

  /** A store whose requests of one method meet these faults one after the other, and pass then. */
  async function openBehind(method: string, faults: readonly Fault[], deadlineMs = 10_000) {
    const id = randomUUID();
    const prefix = `faults/${id}`;
    const proxy = await openFaultProxy({ host, port: Number(port) }, (request) => {
      const concerned = request.method === method && request.path.includes(id);
      return concerned ? (faults[counted++] ?? 'pass') : 'pass';
    });
    let counted = 0;
    const settings = { useSSL: false, accessKey: 'minioadmin', secretKey: 'minioadmin' };
    const store = new MinioObjectStore(
      {
        ...settings,
        host: '127.0.0.1',
        port: proxy.port,
        bucket: 'faults',
        createBucket: true,
        deadlineMs,
        silenceMs: 400,
      },
      { clock: realClock, random: realRandom, log: silentLogger },
    );
    over.push(
      () => proxy.close(),
      () => store.close(),
    );
    return { store, key: `${prefix}/a`, prefix, faultsMet: () => counted };
  }

  const faults: readonly (readonly [string, readonly Fault[]])[] = [
    ['answers 503 twice', [503, 503]],
    ['resets connections', ['reset', 'reset']],
    ['does not answer', ['hang']],
    ['does it and loses the answer', ['lose-answer', 'lose-answer']],
  ];

  describe.each(faults)('that %s', (_, list) => {
    const content = noise(300_000);

    it('puts', async () => {
      const { store, key, faultsMet } = await openBehind('PUT', list);
      await store.put(key, [content.subarray(0, 200_000), content.subarray(200_000)]);
      expect(faultsMet()).toBe(list.length + 1);
      expect(same(await store.get(key), content)).toBe(true);
    });

    it('puts if absent, and knows its own object from that of another', async () => {
      const { store, key } = await openBehind('PUT', list);
      await store.putIfAbsent(key, [content]);
      await expect(store.putIfAbsent(key, [content])).rejects.toMatchObject({ kind: 'conflict' });
      expect(same(await store.get(key), content)).toBe(true);
    });

    it('does not take the object of another for its own', async () => {
      const { store, key } = await openBehind('PUT', ['pass', ...list]);
      await store.putIfAbsent(key, [Buffer.from('another')]);
      await expect(store.putIfAbsent(key, [Buffer.from('ours')])).rejects.toMatchObject({ kind: 'conflict' });
      expect(text(await store.get(key))).toBe('another');
    });

    it('gets', async () => {
      const { store, key, faultsMet } = await openBehind('GET', list);
      await store.put(key, [content]);
      expect(same(await store.get(key), content)).toBe(true);
      expect(faultsMet()).toBe(list.length + 1);
    });

    it.each(['HEAD', 'GET', 'DELETE'])('knows, lists and removes: %s', async (method) => {
      const { store, key, prefix, faultsMet } = await openBehind(method, list);
      await store.put(key, [content]);
      expect(await store.stat(key)).toMatchObject({ key, bytes: content.length });
      expect((await store.list({ prefix: `${prefix}/` })).objects).toHaveLength(1);
      await store.remove(key);
      expect(faultsMet()).toBeGreaterThan(list.length);
      await expect(store.stat(key)).rejects.toMatchObject({ kind: 'not-found' });
    });
  });

  it('gives no part of an object whose answer was cut off', async () => {
    const content = noise(5_000_000);
    const { store, key, faultsMet } = await openBehind('GET', ['cut-answer', 'cut-answer']);
    await store.put(key, [content]);
    expect(same(await store.get(key), content)).toBe(true);
    expect(faultsMet()).toBe(3);
  });

  it('says Unavailable after the deadline, and leaves what was there', async () => {
    const { store, key } = await openBehind('PUT', ['pass', 'hang', 'hang', 'hang', 'hang', 'hang'], 1000);
    await store.put(key, [Buffer.from('before')]);
    const began = realClock.monotonic();
    await expect(store.put(key, [noise(1_000_000)])).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('not done within 1000 ms'),
    });
    expect(realClock.monotonic() - began).toBeGreaterThan(900);
    expect(realClock.monotonic() - began).toBeLessThan(3000);
    expect(text(await store.get(key))).toBe('before');
  });

  it('sends nothing any more for a caller that gave up in the middle', async () => {
    const { store, key, faultsMet } = await openBehind('PUT', ['hang', 'hang']);
    const stop = new AbortController();
    const put = store.put(key, [noise(1_000_000)], stop.signal);
    setTimeout(() => stop.abort(), 100);
    await expect(put).rejects.toMatchObject({ kind: 'unavailable', message: `stopped: put ${key}` });
    await realClock.sleep(700);
    expect(faultsMet()).toBe(1);
  });
});
