import { realClock } from '@millrace/runtime';
import { describe, expect, it } from 'vitest';
import { describeMetaStore } from '../testing/meta-store-suite.ts';
import { MemoryMetaStore } from './memory.ts';

describeMetaStore('memory', async () => {
  const historyMax = 100;
  const store = new MemoryMetaStore({ clock: realClock }, { historyMax });
  return {
    store,
    another: async () => store.client(),
    compact: async () => {
      const value = Buffer.from('filler');
      for (let i = 0; i < historyMax * 2; i++) await store.transact({ writes: [{ put: 'filler', value }] });
    },
    leaseTtlMs: 150,
    close: () => store.close(),
  };
});

describe('MemoryMetaStore', () => {
  it('loses the lease of a client whose clock stands still, and tells it', async () => {
    const store = new MemoryMetaStore({ clock: realClock });
    const frozen = { ...realClock, sleep: () => new Promise<boolean>(() => undefined) };
    const client = store.client({ clock: frozen });
    const lease = await client.grantLease(50);
    await client.transact({ writes: [{ put: 'a', value: Buffer.from('1'), lease: lease.id }] });
    await new Promise((resolve) => lease.lost.addEventListener('abort', resolve));
    expect(await store.get('a')).toBeUndefined();
    await client.close();
    await store.close();
  });
});
