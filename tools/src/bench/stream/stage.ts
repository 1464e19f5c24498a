import { join } from 'node:path';
import { cpuMicrosOf, type Measurement, peakRssOf, type Run, rateOf } from '../measurement.ts';
import { Probe } from '../probe.ts';
import { messageBytes, messagesInFlight } from './sizes.ts';

const runs = 5;

/** Messages of 64 KiB through the file log, durable, beside appending and syncing alone. */
export async function stream(directory: string): Promise<readonly Measurement[]> {
  const log = await Probe.start(new URL('./file-stream-probe.ts', import.meta.url), [join(directory, 'log')]);
  const sync = await Probe.start(new URL('./fdatasync-probe.ts', import.meta.url), [
    join(directory, 'plain'),
  ]);
  const published: Run[] = [];
  const read: Run[] = [];
  const limits: Run[] = [];
  try {
    await log.run('publish');
    await log.run('read');
    for (let run = 0; run < runs; run++) {
      limits.push(await sync.run());
      published.push(await log.run('publish'));
      read.push(await log.run('read'));
    }
  } finally {
    await Promise.all([log.stop(), sync.stop()]);
  }
  const limit = { name: 'write + fdatasync only', rate: rateOf(limits) };
  const size = `${messageBytes / 1024} KiB`;
  return [
    line(`publish ${size}, ${messagesInFlight} in flight, durable`, published, limit),
    line(`read back ${size}`, read),
  ];
}

function line(what: string, measured: readonly Run[], limit?: Measurement['limit']): Measurement {
  return {
    stage: 'stream',
    what,
    unit: 'messages',
    rate: rateOf(measured),
    cpuMicros: cpuMicrosOf(measured),
    peakRssBytes: peakRssOf(measured),
    ...(limit === undefined ? {} : { limit }),
    goals: [],
  };
}
