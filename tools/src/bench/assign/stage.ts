import { join } from 'node:path';
import { type Measurement, median, type Run, rateOf } from '../measurement.ts';
import { Probe } from '../probe.ts';

const runs = 5;
const goals = { cpuMicros: 80, timesCommit: 10 } as const;

/** A client process asks a DataCoord process for rows; beside it, what one durable commit per call would allow. */
export async function assign(directory: string): Promise<readonly Measurement[]> {
  const server = await Probe.start(
    new URL('./server-probe.ts', import.meta.url),
    ['lmdb', join(directory, 'meta'), join(directory, 'log')],
    'datacoord',
  );
  const client = await Probe.start(new URL('./client-probe.ts', import.meta.url), [
    `127.0.0.1:${server.greeting}`,
  ]);
  const commit = await Probe.start(new URL('../metastore/commit-probe.ts', import.meta.url), [
    'lmdb',
    join(directory, 'commit'),
  ]);
  try {
    await client.run('128');
    const measurements: Measurement[] = [];
    for (const inFlight of [1, 16, 128])
      measurements.push(await measure({ server, client, commit }, inFlight));
    return measurements;
  } finally {
    await client.stop();
    await Promise.all([server.stop(), commit.stop()]);
  }
}

interface Probes {
  readonly server: Probe;
  readonly client: Probe;
  readonly commit: Probe;
}

async function measure({ server, client, commit }: Probes, inFlight: number): Promise<Measurement> {
  const calls: Run[] = [];
  const commits: Run[] = [];
  const serverMicros: number[] = [];
  for (let run = 0; run < runs; run++) {
    commits.push(await commit.run('1'));
    const before = await server.usage();
    const done = await client.run(String(inFlight));
    const after = await server.usage();
    serverMicros.push(((after.cpuSeconds - before.cpuSeconds) * 1e6) / done.units);
    calls.push(done);
  }
  const rate = rateOf(calls);
  const limit = rateOf(commits);
  const cpuMicros = median(serverMicros);
  const many = inFlight > 1;
  return {
    stage: 'assign',
    what: `AssignSegmentID, ${inFlight} in flight (CPU of the server)`,
    unit: 'calls',
    rate,
    cpuMicros,
    peakRssBytes: (await server.usage()).peakRssBytes,
    limit: { name: 'one durable commit per call', rate: limit },
    goals: [
      { text: `≤ ${goals.cpuMicros} µs`, reached: cpuMicros <= goals.cpuMicros },
      // One call after the other waits for the network, not for the server.
      ...(many
        ? [{ text: `≥ ${goals.timesCommit} × the limit`, reached: rate / limit >= goals.timesCommit }]
        : []),
    ],
  };
}
