import { silentLogger } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { LmdbMetaStore } from '../drivers/lmdb.ts';

/** A process beside the test's own: writes, counts or holds a lease on the same environment. */
const [, , directory = '', job = ''] = process.argv;
const store = new LmdbMetaStore({ clock: realClock, log: silentLogger }, { directory });
const text = (value: string | number) => Buffer.from(String(value));

switch (job) {
  case 'count':
    for (let value = 1; value <= 50; value++)
      await store.transact({ writes: [{ put: 'count', value: text(value) }] });
    process.send?.(50);
    break;
  case 'write':
    for (let value = 1; ; value++) {
      await store.transact({ writes: [{ put: `writer/${process.pid}`, value: text(value) }] });
      process.send?.(value);
    }
  case 'lease': {
    const lease = await store.grantLease(60_000);
    await store.transact({ writes: [{ put: 'held', value: text(1), lease: lease.id }] });
    process.send?.(1);
    await realClock.sleep(60_000);
    break;
  }
  case 'increment':
    for (let done = 0; done < 50; ) {
      const kv = await store.get('counter');
      const next = Number(Buffer.from(kv?.value ?? []).toString() || 0) + 1;
      const { succeeded } = await store.transact({
        compares: [{ key: 'counter', version: kv?.version ?? 0n }],
        writes: [{ put: 'counter', value: text(next) }],
      });
      if (succeeded) done++;
    }
    break;
}
await store.close();
process.disconnect?.();
