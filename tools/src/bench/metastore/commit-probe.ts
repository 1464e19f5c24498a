import { GroupCommit } from '@millrace/metastore';
import { realClock } from '@millrace/runtime';
import { openBenchStore } from '../open-store.ts';
import { serveProbe } from '../probe-child.ts';

const runMs = 1_500;
const keys = 1_000;
/** About a segment's metadata. */
const value = new Uint8Array(200).fill(7);

/** Arguments: kind and place of the store. Writes one key per commit. A run is told how many are in flight, and whether they may share transactions: `128`, `128 grouped`. */
await serveProbe(async ([kind = '', place = '']) => {
  const store = openBenchStore(kind, place);
  const group = new GroupCommit(store, { guards: [] });
  return {
    async run(argument) {
      const [inFlight, grouped] = argument.split(' ');
      const endMs = realClock.monotonic() + runMs;
      let commits = 0;
      const writer = async () => {
        while (realClock.monotonic() < endMs) {
          const writes = [{ put: `bench/${commits++ % keys}`, value }];
          await (grouped === undefined ? store.transact({ writes }) : group.commit({ writes }));
        }
      };
      await Promise.all(Array.from({ length: Number(inFlight) }, writer));
      return commits;
    },
    stop: () => store.close(),
  };
});
