import { segmentStates } from '@millrace/core';
import { metaKeys } from '@millrace/metastore';
import { data } from '@millrace/proto';
import { engineAddress } from '@millrace/runtime/testing';
import { describe, expect, it } from 'vitest';
import { openData } from './inspect/open-local.ts';
import { engineOptions } from './testing/engine-options.ts';
import { millrace } from './testing/millrace.ts';

const etcd = engineAddress('etcd');
const minio = engineAddress('minio');

describe.skipIf(etcd === undefined || minio === undefined)('millrace show, beside a Milvus', () => {
  it('needs no directory: it reads the etcd and MinIO that --set names', async () => {
    const root = `show-${process.pid}`;
    const options = engineOptions(root, { etcd: etcd ?? '', kafka: '', minio: minio ?? '' });
    const ref = { collectionID: 441n, partitionID: 442n, segmentID: 443n };
    const { collectionID, partitionID } = ref;
    const info = { ID: ref.segmentID, collectionID, partitionID, state: segmentStates.growing };
    const kept = await openData(options);
    await kept.store.transact({
      writes: [
        {
          put: metaKeys(`${root}/meta`).key.segment(ref),
          value: data.SegmentInfo.encode(data.SegmentInfo.fromPartial(info)).finish(),
        },
      ],
    });
    await kept.close();
    const set = Object.entries(options).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    const { code, out } = await millrace('show', 'segments', '--json', '--data', '/nowhere', ...set);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ segment: '443', collection: '441', state: 'growing' });
  });
});
