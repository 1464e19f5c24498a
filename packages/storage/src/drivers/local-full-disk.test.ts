import { readdirSync } from 'node:fs';
import { SmallDisk } from '@millrace/runtime/testing/small-disk';
import { afterAll, describe, expect, it } from 'vitest';
import { noise, same } from '../testing/bytes.ts';
import { LocalObjectStore } from './local.ts';

const disk = SmallDisk.mount(8 * 1024 * 1024);

describe.skipIf(disk === undefined)('a directory of objects on a full disk', () => {
  afterAll(() => disk?.unmount());

  it('refuses an object it has no room for and says so, leaves nothing of it, and takes it when there is room', async () => {
    const directory = disk?.directory ?? '';
    const store = new LocalObjectStore({ directory });
    const content = noise(1_000_000);
    await store.put('before', [content]);
    disk?.fill();
    for (const put of ['put', 'putIfAbsent'] as const) {
      await expect(store[put]('after', [content])).rejects.toMatchObject({
        kind: 'exhausted',
        message: `the disk of ${directory} is full: make room, writing goes on by itself`,
      });
    }
    disk?.makeRoom();
    expect(readdirSync(directory)).toEqual(['before']);
    await store.put('after', [content]);
    expect(same(await store.get('before'), content)).toBe(true);
    expect(same(await store.get('after'), content)).toBe(true);
    await store.close();
  });
});
