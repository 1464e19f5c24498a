import { metaKeys, scan } from '@millrace/metastore';
import { etcd } from '@millrace/proto';
import { connect } from '@millrace/runtime';
import { openBenchStore } from '../open-store.ts';
import { serveProbe } from '../probe-child.ts';
import { large, metaRoot } from './collection.ts';

const keysOfRange = 10_000;
const inFlight = 4;

/** The Range call, its answers left as bytes. */
const rawService = {
  range: { ...etcd.KVService.range, responseDeserialize: (bytes: Buffer) => ({ bytes: bytes.length }) },
} as const;

/** Reads every key DataCoord has and throws it away, in ranges whose bounds it knows beforehand: the most that etcd and the connection give. */
await serveProbe(async ([address = '']) => {
  const prefix = `${metaKeys(metaRoot).root}/datacoord-meta/`;
  const store = openBenchStore('etcd', address);
  const bounds: string[] = [];
  for await (const { kvs } of scan(store, { prefix, keysOnly: true, limit: keysOfRange }))
    bounds.push(kvs[0]?.key ?? '');
  await store.close();
  const client = connect(rawService, address, { deadlineMs: 60_000 });
  return {
    async run() {
      let next = 0;
      let read = 0;
      const reader = async () => {
        while (next < bounds.length) {
          const at = next++;
          const end = bounds[at + 1] ?? `${prefix.slice(0, -1)}0`;
          const request = { key: Buffer.from(bounds[at] ?? ''), rangeEnd: Buffer.from(end) };
          const { bytes } = await client.call.range(request);
          read += bytes;
        }
      };
      await Promise.all(Array.from({ length: inFlight }, reader));
      return { units: large.segments, extra: { bytes: read } };
    },
    stop: () => client.close(),
  };
});
