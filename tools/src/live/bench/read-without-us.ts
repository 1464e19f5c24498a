import { metaKeys, scan } from '@millrace/metastore';
import type { LiveCluster } from '../live-cluster.ts';

/** Keys of one range. */
const limit = 10_000;
const inFlight = 4;

/** Seconds that reading every key of DataCoord takes: in ranges side by side, whose bounds are known beforehand, and whose values nobody looks at. */
export async function readWithoutUs({ store, metaRoot }: LiveCluster): Promise<number> {
  const prefix = `${metaKeys(metaRoot).root}/datacoord-meta/`;
  const bounds: (string | undefined)[] = [undefined];
  for await (const { kvs } of scan(store, { prefix, keysOnly: true, limit })) bounds.push(kvs.at(-1)?.key);
  const startMs = performance.now();
  let next = 0;
  const reader = async () => {
    while (next < bounds.length) {
      const after = bounds[next++];
      await store.range({ prefix, limit, ...(after === undefined ? {} : { after }) });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, reader));
  return (performance.now() - startMs) / 1000;
}
