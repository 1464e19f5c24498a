import type { MetaStore } from '@millrace/metastore';

/** Sizes of a segment's record, of its lists of insert logs, and of the one of its stats logs, behind ten saves. */
const recordBytes = [250, 600, 600, 600, 600, 600, 400];
const segments = 1_000;

/** Transactions with the keys of one save each and nobody to group them: how many a second a store takes. */
export async function putsOfSaves(store: MetaStore, inFlight: number, durationMs: number): Promise<number> {
  const values = recordBytes.map((bytes) => Buffer.alloc(bytes, 7));
  const startMs = performance.now();
  const endMs = startMs + durationMs;
  let saves = 0;
  const writer = async () => {
    while (performance.now() < endMs) {
      const segment = saves++ % segments;
      await store.transact({
        writes: values.map((value, key) => ({ put: `limit/${segment}/${key}`, value })),
      });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, writer));
  return saves / ((performance.now() - startMs) / 1000);
}
