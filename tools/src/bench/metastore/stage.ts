import { join } from 'node:path';
import { cpuMicrosOf, type Measurement, peakRssOf, type Run, rateOf } from '../measurement.ts';
import { Probe } from '../probe.ts';
import { withEtcd } from '../with-etcd.ts';

const runs = 5;
const many = '128';

interface Case {
  readonly argument: string;
  readonly what: string;
}

/** Durable transactions of a store, beside the most that what it stands on gives. */
export async function metastore(directory: string): Promise<readonly Measurement[]> {
  const own = await onLmdb(directory);
  const onEtcd = await withEtcd('metastore', directory, (address) =>
    measure(
      [
        { argument: many, what: 'etcd transaction of one key, 128 in flight' },
        { argument: `${many} grouped`, what: 'the same through GroupCommit, 128 in flight' },
      ],
      ['etcd', address],
      { name: 'etcd puts only, 128 in flight', file: './put-probe.ts', args: [address], argument: many },
    ),
  );
  return [...own, ...(onEtcd ?? [])];
}

function onLmdb(directory: string): Promise<readonly Measurement[]> {
  return measure(
    [
      { argument: '1', what: 'lmdb commit of one key, 1 in flight' },
      { argument: many, what: 'lmdb commit of one key, 128 in flight' },
      { argument: `${many} grouped`, what: 'the same through GroupCommit, 128 in flight' },
    ],
    ['lmdb', join(directory, 'store')],
    {
      name: 'write + fdatasync each',
      file: './fdatasync-probe.ts',
      args: [join(directory, 'plain')],
      argument: '',
    },
  );
}

interface LimitProbe {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly argument: string;
}

async function measure(
  cases: readonly Case[],
  kindAndPlace: readonly string[],
  limitProbe: LimitProbe,
): Promise<readonly Measurement[]> {
  const store = await Probe.start(new URL('./commit-probe.ts', import.meta.url), kindAndPlace);
  const alone = await Probe.start(new URL(limitProbe.file, import.meta.url), limitProbe.args);
  const limits: Run[] = [];
  const measured = cases.map((): Run[] => []);
  try {
    await store.run(many);
    for (let run = 0; run < runs; run++) {
      limits.push(await alone.run(limitProbe.argument));
      for (const [index, { argument }] of cases.entries()) measured[index]?.push(await store.run(argument));
    }
  } finally {
    await Promise.all([store.stop(), alone.stop()]);
  }
  const limit = { name: limitProbe.name, rate: rateOf(limits) };
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
