import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { assign } from './assign/stage.ts';
import { datanode } from './datanode/stage.ts';
import type { Measurement } from './measurement.ts';
import { metastore } from './metastore/stage.ts';
import { stream } from './stream/stage.ts';
import { table } from './table.ts';

/** In the order of the write path's costs. Each gets an empty directory. */
const stages: Readonly<Record<string, (directory: string) => Promise<readonly Measurement[]>>> = {
  datanode,
  assign,
  stream,
  metastore,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in stages));
if (unknown.length > 0) {
  process.stderr.write(`no stage ${unknown.join(', ')}: there are ${Object.keys(stages).join(', ')}\n`);
  process.exit(2);
}

const load = loadavg()[0]?.toFixed(1);
process.stdout.write(
  `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), Node ${process.version}, load before the start ${load}\n`,
);
const measurements: Measurement[] = [];
for (const [name, stage] of Object.entries(stages)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  process.stderr.write(`measuring ${name} …\n`);
  const directory = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  try {
    measurements.push(...(await stage(directory)));
  } catch (error) {
    process.stderr.write(`${name} was not measured: ${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
process.stdout.write(`${table(measurements)}\n`);
process.stdout.write(
  'Rates and CPU are medians of several runs behind a warm-up; limits were measured between them.\n',
);
