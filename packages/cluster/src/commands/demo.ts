import { resolve } from 'node:path';
import { Command } from 'commander';
import type { DataSet } from '../demo/data-set.ts';
import { digits } from '../demo/digits.ts';
import { perSecond, runJob, seconds } from '../demo/job.ts';
import { type ReadBack, readBack } from '../demo/read-back.ts';
import { synthetic } from '../demo/synthetic.ts';
import { openLocal } from '../inspect/open-local.ts';
import { type LocalCluster, startLocalCluster } from '../supervisor/local-cluster.ts';
import { addClusterOptions, type ClusterFlags, clusterSettings, integerIn } from './cluster-options.ts';
import { table } from './table.ts';
import { untilStopped } from './until-stopped.ts';

interface DemoFlags extends ClusterFlags {
  readonly full?: boolean;
  readonly once?: boolean;
  readonly rows?: number;
  readonly dim?: number;
}

export function demoCommand(): Command {
  return addClusterOptions(new Command('demo'))
    .description(
      'Start a local cluster, write real data through the official SDK, and read every row back from the binlogs.',
    )
    .option('--full', 'all 70,000 digits instead of 10,000')
    .option('--rows <n>', 'this many synthetic rows instead', integerIn(1, 100_000_000))
    .option('--dim <d>', 'dimension of synthetic rows (with --rows; default 128)', integerIn(1, 32_768))
    .option('--once', 'end when done: exit code 0 if every row is there exactly once, else 1')
    .action(async (flags: DemoFlags) => {
      const stopped = untilStopped();
      const out = (line: string) => process.stdout.write(`${line}\n`);
      const settings = clusterSettings({
        ...flags,
        logLevel: flags.logLevel === 'info' ? 'warn' : flags.logLevel,
      });
      out(
        `starting               rootcoord, datacoord, ${flags.datanodes} datanodes, proxy (logs in ${resolve(flags.data)}/logs)`,
      );
      const cluster = await startLocalCluster(settings, out);
      try {
        const good = await main(cluster, settings.directory, dataOf(flags), out);
        if (flags.once === true) {
          process.exitCode = good ? 0 : 1;
        } else {
          out(`\nThe cluster stays up: connect Milvus SDKs to ${cluster.address}. Ctrl-C stops it.`);
          await stopped;
          out('stopping');
        }
      } finally {
        await cluster.stop();
      }
    });
}

function dataOf(flags: DemoFlags): DataSet {
  if (flags.rows !== undefined) return synthetic(flags.rows, flags.dim ?? 128);
  return digits(flags.full === true ? 70_000 : 10_000);
}

async function main(
  cluster: LocalCluster,
  directory: string,
  data: DataSet,
  out: (line: string) => void,
): Promise<boolean> {
  out(`data                   ${data.rows} ${data.title}, ${data.dim} dimensions`);
  const job = await runJob(cluster.address, data);
  const local = await openLocal(directory);
  try {
    const result = await readBack(local, job.collection, data, job.deleted);
    report(result, data, job.deleted.size, out);
    out(
      `rows/s                 ${perSecond(data.rows, job.insertMs + job.flushMs)} from the first insert to the last flush (${seconds(job.insertMs + job.flushMs)}), ${perSecond(data.rows, result.tookMs)} read back`,
    );
    return result.faults.length === 0;
  } finally {
    await local.close();
  }
}

function report(result: ReadBack, data: DataSet, deleted: number, out: (line: string) => void): void {
  const rows = result.segments.map((s) => [
    s.segment,
    s.partition,
    s.channel,
    String(s.rows),
    String(s.deleted),
    String(s.bytes),
  ]);
  const sum = (pick: (s: ReadBack['segments'][number]) => number) =>
    String(result.segments.reduce((total, s) => total + pick(s), 0));
  rows.push(['total', '', '', sum((s) => s.rows), sum((s) => s.deleted), sum((s) => s.bytes)]);
  out(`\n${table(['segment', 'partition', 'channel', 'rows', 'deleted', 'bytes'], rows)}`);
  if (result.faults.length === 0) {
    out(
      `✔ every row is there exactly once: ${result.rows} rows as they were sent, ${deleted} deleted, ${data.rows} in all`,
    );
  } else {
    for (const fault of result.faults) out(`✘ ${fault}`);
    out('✘ the binlogs do not hold what was sent');
  }
}
