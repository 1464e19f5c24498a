import { putsOfSaves } from '../load/save-puts.ts';
import { openBenchStore } from '../open-store.ts';
import { serveProbe } from '../probe-child.ts';

const durationMs = 1_500;

/** Argument: address of an etcd. Puts the keys of saves and nothing else, as many in flight as a run is told. */
await serveProbe(async ([address = '']) => {
  const store = openBenchStore('etcd', address);
  return {
    run: async (inFlight) => (await putsOfSaves(store, Number(inFlight), durationMs)) * (durationMs / 1000),
    stop: () => store.close(),
  };
});
