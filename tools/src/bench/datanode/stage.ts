import { join } from 'node:path';
import { cpuMicrosOf, type Measurement, peakRssOf, type Run, rateOf } from '../measurement.ts';
import { Probe } from '../probe.ts';

const runs = 5;
const mebibyte = 1024 * 1024;
const goals = { cpuMicros: 2, share: 0.4, peakRssBytes: 400 * mebibyte } as const;

/** A DataNode reads a channel of the file log, and writes and flushes its binlogs: to files, and to nowhere. */
export async function datanode(directory: string): Promise<readonly Measurement[]> {
  const log = join(directory, 'log');
  const filler = await Probe.start(new URL('./fill-log.ts', import.meta.url), [log]);
  await filler.run();
  await filler.stop();
  return [await measure(directory, log, 'nothing'), await measure(directory, log, 'files')];
}

async function measure(directory: string, log: string, to: 'nothing' | 'files'): Promise<Measurement> {
  const node = await Probe.start(new URL('./node-probe.ts', import.meta.url), [
    log,
    to,
    join(directory, 'objects'),
  ]);
  const zstd = await Probe.start(new URL('./zstd-probe.ts', import.meta.url));
  const measured: Run[] = [];
  const limits: Run[] = [];
  const cold: Run[] = [];
  try {
    cold.push(await node.run());
    for (let run = 0; run < runs; run++) {
      limits.push(await zstd.run());
      measured.push(await node.run());
    }
  } finally {
    await Promise.all([node.stop(), zstd.stop()]);
  }
  const [rate, limit, cpuMicros, peakRssBytes] = [
    rateOf(measured),
    rateOf(limits),
    cpuMicrosOf(measured),
    peakRssOf(measured),
  ];
  return {
    stage: 'datanode',
    what: `file log → binlogs, to ${to}; ${cpuMicrosOf(cold).toFixed(2)} µs in a new process`,
    unit: 'rows',
    rate,
    cpuMicros,
    peakRssBytes,
    limit: { name: 'zstd only, all cores', rate: limit },
    goals: [
      { text: `≤ ${goals.cpuMicros} µs`, reached: cpuMicros <= goals.cpuMicros },
      { text: `≥ ${goals.share * 100} % of the limit`, reached: rate / limit >= goals.share },
      { text: `≤ ${goals.peakRssBytes / mebibyte} MiB`, reached: peakRssBytes <= goals.peakRssBytes },
    ],
  };
}
