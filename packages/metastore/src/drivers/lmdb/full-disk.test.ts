import { join } from 'node:path';
import { silentLogger } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { SmallDisk } from '@millrace/runtime/testing/small-disk';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { LmdbMetaStore } from '../lmdb.ts';

const disk = SmallDisk.mount(8 * 1024 * 1024);

describe.skipIf(disk === undefined)('lmdb on a full disk', () => {
  afterAll(() => disk?.unmount());
  const directory = join(disk?.directory ?? '', 'meta');
  const open = () => new LmdbMetaStore({ clock: realClock, log: silentLogger }, { directory });
  const put = (store: LmdbMetaStore, key: string) =>
    store.transact({ writes: [{ put: key, value: Buffer.alloc(20_000) }] });

  it('refuses what it has no room for and says so, ends no lease, and goes on when there is room', async () => {
    // lmdb tells each failure there, too.
    const told = vi.spyOn(console, 'error').mockImplementation(() => {});
    const [store, other] = [open(), open()];
    const ttlMs = 600;
    const lease = await store.grantLease(ttlMs);
    await store.transact({ writes: [{ put: 'held', value: Buffer.from('1'), lease: lease.id }] });
    await put(other, 'before');
    disk?.fill();
    const began = realClock.monotonic();
    // Three times the lease, in which neither a renewal nor the lease's end can be written but for pages that lmdb uses again.
    for (let at = 0; realClock.monotonic() - began < 3 * ttlMs; at++) {
      await expect(put(at % 2 === 0 ? store : other, `full/${at}`)).rejects.toMatchObject({
        kind: 'exhausted',
        message: expect.stringMatching(`^the disk of ${directory} is full( or fails)?: make room`),
      });
      await realClock.sleep(100);
    }
    expect(lease.lost.aborted).toBe(false);
    disk?.makeRoom();
    await put(store, 'after');
    await realClock.sleep(3 * ttlMs);
    expect(lease.lost.aborted).toBe(false);
    expect(await other.get('held')).toMatchObject({ lease: lease.id });
    const { kvs } = await other.range({ prefix: '', keysOnly: true });
    expect(kvs.map(({ key }) => key)).toEqual(['after', 'before', 'held']);
    await store.close();
    await other.close();
    told.mockRestore();
  });
});
