import { join } from 'node:path';
import { cpuMicrosOf, extraOf, type Measurement, peakRssOf, type Run, rateOf } from '../measurement.ts';
import { Probe } from '../probe.ts';
import { type ImportFormat, writeFiles } from './files.ts';

const runs = 5;
const megabyte = 1e6;
const mebibyte = 1024 * 1024;
/** BENCH_IMPORT_MB=2000 measures files as large as an import of 2 GB. */
const bytes = Number(process.env['BENCH_IMPORT_MB'] ?? 200) * megabyte;
/** Of the node: far below what it is given by default, and a third of the files. */
const budgetBytes = 64 * mebibyte;
const formats: readonly ImportFormat[] = ['json', 'npy'];
/** An import has 15 minutes, for 2 GB at the least. */
const goals = { megabytesPerSecond: 20, peakRssBytes: 400 * mebibyte } as const;

/** A DataNode with little memory imports files larger than it; they are read from a directory, outputs go nowhere. */
export async function importing(directory: string): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  for (const format of formats) measurements.push(await measure(join(directory, format), format));
  return measurements;
}

async function measure(directory: string, format: ImportFormat): Promise<Measurement> {
  const files = await writeFiles(directory, format, bytes);
  const args = [directory, String(budgetBytes), String(files.rows)];
  const node = await Probe.start(new URL('./import-probe.ts', import.meta.url), args);
  const measured: Run[] = [];
  try {
    for (let run = 0; run <= runs; run++) measured.push(await node.run(files.paths.join(',')));
  } finally {
    await node.stop();
  }
  const [, ...warm] = measured;
  const rate = rateOf(warm);
  const perSecond = (rate * files.bytes) / files.rows / megabyte;
  const budgetPeak = extraOf(measured, 'budgetPeakBytes');
  const peakRssBytes = peakRssOf(measured);
  return {
    stage: 'import',
    what: `${(files.bytes / megabyte).toFixed(0)} MB ${format}: ${perSecond.toFixed(0)} MB/s; ${(budgetPeak / mebibyte).toFixed(0)} of a budget of ${budgetBytes / mebibyte} MiB`,
    unit: 'rows',
    rate,
    cpuMicros: cpuMicrosOf(warm),
    peakRssBytes,
    goals: [
      { text: `≥ ${goals.megabytesPerSecond} MB/s`, reached: perSecond >= goals.megabytesPerSecond },
      { text: 'within its budget', reached: budgetPeak <= budgetBytes },
      { text: `≤ ${goals.peakRssBytes / mebibyte} MiB`, reached: peakRssBytes <= goals.peakRssBytes },
    ],
  };
}
