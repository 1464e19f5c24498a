import { etcd } from '@millrace/proto';
import { connect, realClock } from '@millrace/runtime';
import { serveProbe } from '../probe-child.ts';

const runMs = 1_500;
const keys = 1_000;
const value = Buffer.alloc(200, 7);

/** Argument: address of an etcd. Puts one key per call and nothing else, as many in flight as a run is told. */
await serveProbe(async ([address = '']) => {
  const client = connect(etcd.KVService, address, { deadlineMs: 60_000 });
  return {
    async run(inFlight) {
      const endMs = realClock.monotonic() + runMs;
      let puts = 0;
      const writer = async () => {
        while (realClock.monotonic() < endMs)
          await client.call.put({ key: Buffer.from(`raw/${puts++ % keys}`), value });
      };
      await Promise.all(Array.from({ length: Number(inFlight) }, writer));
      return puts;
    },
    stop: () => client.close(),
  };
});
