import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Measurement, median } from '../measurement.ts';
import { childrenOf, cpuSecondsOf, peakRssOfProcess } from './processes.ts';

const rows = 50_000;
const dimension = 128;
const runs = 3;

interface Result {
  readonly rate: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** The demonstration: a local cluster written to through the official SDK, every row read back. CPU and memory are the cluster's, not the SDK's. */
export async function whole(directory: string): Promise<readonly Measurement[]> {
  const results: Result[] = [];
  for (let run = 0; run < runs; run++) results.push(await demonstrate(join(directory, String(run))));
  return [
    {
      stage: 'whole',
      what: `SDK → cluster → binlogs, ${rows} rows of ${dimension} floats, flushed and verified`,
      unit: 'rows',
      rate: median(results.map(({ rate }) => rate)),
      cpuMicros: median(results.map(({ cpuSeconds }) => (cpuSeconds * 1e6) / rows)),
      peakRssBytes: Math.max(...results.map(({ peakRssBytes }) => peakRssBytes)),
      goals: [],
    },
  ];
}

async function demonstrate(data: string): Promise<Result> {
  const main = fileURLToPath(new URL('../../../../packages/cluster/src/main.ts', import.meta.url));
  const flags = ['--once', '--rows', rows, '--dim', dimension, '--data', data, '--port', 0].map(String);
  const child = spawn(process.execPath, [...process.execArgv, main, 'demo', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const shown: string[] = [];
  let [roles, startCpuSeconds, cpuSeconds, peakRssBytes]: [readonly number[], number, number, number] = [
    [],
    0,
    0,
    0,
  ];
  let rate = Number.NaN;
  for await (const line of createInterface({ input: child.stdout })) {
    shown.push(line);
    const [title = '', value = ''] = line.split(/\s+/);
    // Printed when the cluster is up, …
    if (title === 'data') {
      roles = childrenOf(child.pid ?? 0);
      startCpuSeconds = cpuSecondsOf(roles);
    }
    // … when all is flushed, …
    if (title === 'flush') {
      cpuSeconds = cpuSecondsOf(roles) - startCpuSeconds;
      peakRssBytes = roles.reduce((sum, pid) => sum + peakRssOfProcess(pid), 0);
    }
    // … and when all was read back.
    if (title === 'rows/s') rate = Number(value.replaceAll(',', ''));
  }
  const code = await exited;
  if (code !== 0 || !(rate > 0))
    throw new Error(`the demonstration failed (exit code ${code}):\n${shown.join('\n')}`);
  return { rate, cpuSeconds, peakRssBytes };
}
