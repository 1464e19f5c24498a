import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineAddress } from '@millrace/runtime/testing';
import { describe, expect, it } from 'vitest';
import { runJob } from './demo/job.ts';
import { readBack } from './demo/read-back.ts';
import { synthetic } from './demo/synthetic.ts';
import { isDamage } from './inspect/finding.ts';
import { openData } from './inspect/open-local.ts';
import { verify } from './inspect/verify.ts';
import { startLocalCluster } from './supervisor/local-cluster.ts';
import { engineOptions } from './testing/engine-options.ts';

const etcd = engineAddress('etcd');
const kafka = engineAddress('kafka');
const minio = engineAddress('minio');

describe.skipIf(etcd === undefined || kafka === undefined || minio === undefined)(
  'the whole write path on etcd, Kafka and MinIO',
  () => {
    it('writes rows through the SDK and reads every one back from the binlogs', {
      timeout: 180_000,
    }, async () => {
      const directory = mkdtempSync(join(tmpdir(), 'millrace-path-'));
      const options = engineOptions(`path-${process.pid}`, {
        etcd: etcd ?? '',
        kafka: kafka ?? '',
        minio: minio ?? '',
      });
      const cluster = await startLocalCluster(
        { directory, dataNodes: 2, port: 0, logLevel: 'info', options },
        () => {},
      );
      try {
        const data = synthetic(2_000, 32);
        const job = await runJob(cluster.address, data);
        const local = await openData(options);
        try {
          const result = await readBack(local, job.collection, data, job.deleted);
          expect(result.faults).toEqual([]);
          expect(result.rows).toBe(data.rows - job.deleted.size);
          expect((await verify(local)).findings.filter(isDamage)).toEqual([]);
        } finally {
          await local.close();
        }
      } finally {
        await cluster.stop();
      }
      rmSync(directory, { recursive: true });
    });
  },
);
