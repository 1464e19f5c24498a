import { join } from 'node:path';
import { type Measurement, median, type Run, rateOf } from '../measurement.ts';
import { Probe } from '../probe.ts';
import { withEtcd } from '../with-etcd.ts';

const runs = 5;
const shareMin = 0.6;

interface Case {
  readonly what: string;
  /** Of the client. */
  readonly run: string;
  readonly limit: {
    readonly name: string;
    readonly probe: 'puts' | 'saves' | 'client';
    readonly run: string;
  };
  /** Least share of the limit. */
  readonly goal?: number;
}

const emptyCall = { name: 'GetComponentStates', probe: 'client', run: 'nothing 64' } as const;

const cases: readonly Case[] = [
  {
    what: 'SaveBinlogPaths of 1,000 segments on etcd, 64 in flight',
    run: 'save 64',
    limit: { name: 'the same puts without us', probe: 'saves', run: '64' },
    goal: shareMin,
  },
  {
    what: 'UpdateChannelCheckpoint on etcd, 64 in flight',
    run: 'checkpoint 64',
    limit: { name: 'the same puts without us', probe: 'puts', run: '64' },
  },
  { what: 'GetSegmentInfo of one segment, 64 in flight', run: 'info 64', limit: emptyCall },
];

/** The other calls that a busy cluster makes often, on etcd; beside each, what it could be at most. */
export async function calls(directory: string): Promise<readonly Measurement[]> {
  const measured = await withEtcd('calls', join(directory, 'etcd'), async (address) => {
    const server = await Probe.start(
      new URL('../assign/server-probe.ts', import.meta.url),
      ['etcd', address, join(directory, 'log')],
      'datacoord',
    );
    const client = await Probe.start(new URL('./client-probe.ts', import.meta.url), [
      `127.0.0.1:${server.greeting}`,
      'etcd',
      address,
    ]);
    const puts = await Probe.start(new URL('../metastore/put-probe.ts', import.meta.url), [address]);
    const saves = await Probe.start(new URL('./puts-probe.ts', import.meta.url), [address]);
    const limits = { puts, saves, client };
    try {
      const measurements: Measurement[] = [];
      for (const one of cases) measurements.push(await measure(one, server, client, limits[one.limit.probe]));
      return measurements;
    } finally {
      await client.stop();
      await Promise.all([server.stop(), puts.stop(), saves.stop()]);
    }
  });
  return measured ?? [];
}

async function measure({ what, run, limit, goal }: Case, server: Probe, client: Probe, limitProbe: Probe) {
  const answerBytes = (await client.run(run)).extra?.['answerBytes'];
  const answer = answerBytes === undefined ? '' : `, answers of ${Math.round(answerBytes / 1000)} KB`;
  const done: Run[] = [];
  const most: Run[] = [];
  const serverMicros: number[] = [];
  for (let at = 0; at < runs; at++) {
    most.push(await limitProbe.run(limit.run));
    const before = await server.usage();
    const calls = await client.run(run);
    serverMicros.push((((await server.usage()).cpuSeconds - before.cpuSeconds) * 1e6) / calls.units);
    done.push(calls);
  }
  const rate = rateOf(done);
  const limitRate = rateOf(most);
  return {
    stage: 'calls',
    what: `${what}${answer} (CPU of the server)`,
    unit: 'calls',
    rate,
    cpuMicros: median(serverMicros),
    peakRssBytes: (await server.usage()).peakRssBytes,
    limit: { name: limit.name, rate: limitRate },
    goals:
      goal === undefined
        ? []
        : [{ text: `≥ ${goal * 100} % of the limit`, reached: rate / limitRate >= goal }],
  };
}
