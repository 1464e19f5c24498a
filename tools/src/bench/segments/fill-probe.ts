import { openBenchStore } from '../open-store.ts';
import { serveProbe } from '../probe-child.ts';
import { collectionNamed } from './collection.ts';
import { fill } from './fill.ts';

/** Fills a store with the collection a run names. */
await serveProbe(async ([kind = '', place = '']) => {
  const store = openBenchStore(kind, place);
  return {
    async run(name) {
      const collection = collectionNamed(name);
      await fill(store, collection);
      return collection.segments;
    },
    stop: () => store.close(),
  };
});
