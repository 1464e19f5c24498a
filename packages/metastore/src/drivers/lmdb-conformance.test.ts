import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { describeMetaStore } from '../testing/meta-store-suite.ts';
import { LmdbMetaStore } from './lmdb.ts';

const historyMax = 100;

describeMetaStore('lmdb', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-lmdb-'));
  const open = () => new LmdbMetaStore({ clock: realClock, log: silentLogger }, { directory, historyMax });
  const store = open();
  return {
    store,
    another: async () => open(),
    compact: async () => {
      const value = Buffer.from('filler');
      for (let i = 0; i < historyMax * 2; i++) await store.transact({ writes: [{ put: 'filler', value }] });
    },
    leaseTtlMs: 300,
    close: async () => {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
});
