import { metaKeys } from '@millrace/metastore';
import { openBenchStore } from '../open-store.ts';
import { serveProbe } from '../probe-child.ts';
import { large, metaRoot } from './collection.ts';
import { RawReader } from './raw-reader.ts';

/** Reads every key that DataCoord has. Argument: address of an etcd. */
await serveProbe(async ([address = '']) => {
  const store = openBenchStore('etcd', address);
  const reader = await RawReader.open(store, address, `${metaKeys(metaRoot).root}/datacoord-meta/`);
  await store.close();
  return {
    run: async () => ({ units: large.segments, extra: { bytes: await reader.read() } }),
    stop: () => reader.close(),
  };
});
