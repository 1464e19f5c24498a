import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { assign } from './assign/stage.ts';
import { calls } from './calls/stage.ts';
import { idle } from './cluster/idle.ts';
import { whole } from './cluster/whole.ts';
import { compaction } from './compaction/stage.ts';
import { datanode } from './datanode/stage.ts';
import { importing } from './import/stage.ts';
import { machine, watchNeighbours } from './machine.ts';
import type { Measurement } from './measurement.ts';
import { metastore } from './metastore/stage.ts';
import { segments } from './segments/stage.ts';
import { stream } from './stream/stage.ts';
import { table } from './table.ts';

/** In the order of what the write path spends most on. Each gets an empty directory. */
const stages: Readonly<Record<string, (directory: string) => Promise<readonly Measurement[]>>> = {
  datanode,
  compaction,
  import: importing,
  assign,
  calls,
  stream,
  metastore,
  segments,
  idle,
  whole,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(stages, name));
if (unknown.length > 0) {
  process.stderr.write(`no stage ${unknown.join(', ')}: there are ${Object.keys(stages).join(', ')}\n`);
  process.exit(2);
}

process.stdout.write(`${machine()}\n`);
const measurements: Measurement[] = [];
const neighbours: string[] = [];
for (const [name, stage] of Object.entries(stages)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  process.stderr.write(`measuring ${name} …\n`);
  const directory = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const coresTaken = watchNeighbours();
  try {
    measurements.push(...(await stage(directory)));
    neighbours.push(`${name} ${coresTaken().toFixed(1)}`);
  } catch (error) {
    process.stderr.write(`${name} was not measured: ${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
process.stdout.write(`${table(measurements)}\n`);
process.stdout.write(
  'Medians of 5 runs behind a warm-up, limits measured between them; whole: of 3 runs, each on a new cluster; idle: of 3 windows of 10 s.\n' +
    `Other work took, of ${availableParallelism()} cores: ${neighbours.join(', ')}\n`,
);
