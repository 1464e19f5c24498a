import { join } from 'node:path';
import { cpuMicrosOf, type Measurement, peakRssOf, type Run, rateOf } from '../measurement.ts';
import { Probe } from '../probe.ts';

const runs = 5;
const cases = [
  { argument: '1', what: 'lmdb commit of one key, 1 in flight' },
  { argument: '128', what: 'lmdb commit of one key, 128 in flight' },
  { argument: '128 grouped', what: 'the same through GroupCommit, 128 in flight' },
] as const;

/** Durable transactions of the embedded store, beside a write and an fdatasync each. */
export async function metastore(directory: string): Promise<readonly Measurement[]> {
  const store = await Probe.start(new URL('./lmdb-probe.ts', import.meta.url), [join(directory, 'store')]);
  const sync = await Probe.start(new URL('./fdatasync-probe.ts', import.meta.url), [
    join(directory, 'plain'),
  ]);
  const limits: Run[] = [];
  const measured = cases.map((): Run[] => []);
  try {
    await store.run('128');
    for (let run = 0; run < runs; run++) {
      limits.push(await sync.run());
      for (const [index, { argument }] of cases.entries()) measured[index]?.push(await store.run(argument));
    }
  } finally {
    await Promise.all([store.stop(), sync.stop()]);
  }
  const limit = { name: 'write + fdatasync each', rate: rateOf(limits) };
  return cases.map(({ what }, index) => {
    const own = measured[index] ?? [];
    return {
      stage: 'metastore',
      what,
      unit: 'commits',
      rate: rateOf(own),
      cpuMicros: cpuMicrosOf(own),
      peakRssBytes: peakRssOf(own),
      limit,
      goals: [],
    };
  });
}
