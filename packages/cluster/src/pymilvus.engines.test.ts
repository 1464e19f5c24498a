import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { engineAddress } from '@millrace/runtime/testing';
import { describe, expect, it } from 'vitest';
import { startLocalCluster } from './supervisor/local-cluster.ts';

const python = engineAddress('pymilvus');
const script = fileURLToPath(new URL('../fixtures/pymilvus-write-path.py', import.meta.url));

describe.skipIf(python === undefined)('pymilvus 2.2.8, on a local cluster', () => {
  it('writes, deletes, flushes and counts, and is told what is wrong', { timeout: 120_000 }, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-py-'));
    const cluster = await startLocalCluster(
      { directory, dataNodes: 1, port: 0, logLevel: 'warn', options: {} },
      () => {},
    );
    try {
      const [host = '', port = ''] = cluster.address.split(':');
      const { stdout } = await promisify(execFile)(python ?? '', [script, host, port], { timeout: 100_000 });
      expect(JSON.parse(stdout)).toEqual({
        version: '2.2.8',
        has: true,
        fields: ['key', 'flag', 'small', 'big', 'ratio', 'vector'],
        inserted: 300,
        deleted: 2,
        entities: 300,
        partitions: ['_default', 'extra'],
        alias: true,
        dimension: expect.stringMatching(/vector|dim/),
        search: expect.stringMatching(/write path|not served/),
      });
    } finally {
      await cluster.stop();
      rmSync(directory, { recursive: true });
    }
  });
});
