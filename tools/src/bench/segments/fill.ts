import type { MetaStore, WriteOp } from '@millrace/metastore';
import { type BenchCollection, checkpointWrites, segmentWrites } from './collection.ts';

/** Transactions under way at a time. */
const inFlight = 16;
/** Segments of one transaction: 7 keys each. */
const together = 18;

/** Writes every segment of a collection, and where its channels are read from. */
export async function fill(store: MetaStore, collection: BenchCollection): Promise<void> {
  await store.transact({ writes: checkpointWrites(collection) });
  let next = 0;
  const writer = async () => {
    while (next < collection.segments) {
      const writes: WriteOp[] = [];
      for (const end = Math.min(next + together, collection.segments); next < end; next++)
        writes.push(...segmentWrites(collection, next));
      await store.transact({ writes });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, writer));
}
