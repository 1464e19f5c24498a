import { openBenchStore } from '../open-store.ts';
import { serveProbe } from '../probe-child.ts';
import { large, small } from './collection.ts';
import { fill } from './fill.ts';

/** Fills a store with the collection a run names: `large` or `small`. */
await serveProbe(async ([kind = '', place = '']) => {
  const store = openBenchStore(kind, place);
  return {
    async run(name) {
      const collection = name === 'large' ? large : small;
      await fill(store, collection);
      return collection.segments;
    },
    stop: () => store.close(),
  };
});
