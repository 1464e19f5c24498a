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

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** This machine can not run a live cluster. */
class NotHere extends EngineError {}

/** Of a program that found out that it cannot run here, which says nothing about what it was to show. */
const notHereCode = 3;

/** Everything a run needs, from package registries; what is there is used as it is. */
export async function install(): Promise<Programs> {
  try {
    await checkPrivilege();
    return await installPrograms();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new NotHere(error.message, { cause: error });
  }
}

async function installPrograms(): Promise<Programs> {
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

/**
 * Returns whether it passed. Its logs stay when it did not.
 * @param read gets the run's directory before it is removed
 */
export async function runPiece(
  programs: Programs,
  piece: Pick<LiveRun, 'piece' | 'setup'>,
  keep: boolean,
  signal: AbortSignal,
  read: (directory: string) => Promise<void> = async () => undefined,
): Promise<boolean> {
  if (signal.aborted) throw new EngineError('interrupted');
  const directory = await mkdtemp(join(tmpdir(), 'millrace-live-'));
  for (const name of ['logs', 'data', 'work']) await mkdir(join(directory, name));
  const run: LiveRun = { ...piece, directory, programs };
  const inside = join(import.meta.dirname, 'inside.ts');
  const command = [process.execPath, ...process.execArgv, inside, JSON.stringify(run)];
  const code = await runInNamespace(programs.python, command, signal);
  await read(directory);
  if (code === 0 && !keep) {
    await rm(directory, { recursive: true, force: true });
    return true;
  }
  if (!keep) await rm(join(directory, 'data'), { recursive: true, force: true });
  say(`${titleOf(run)}: the logs of every role are in ${join(directory, 'logs')}`);
  return code === 0;
}

/** Runs a program's main function: ends with its code, or with 3 where this machine cannot run it; an interruption ends what it runs. */
export async function asProgram(main: (signal: AbortSignal) => Promise<number>): Promise<void> {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupted.abort());
  try {
    process.exitCode = await main(interrupted.signal);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    say(error.message);
    process.exitCode = error instanceof NotHere ? notHereCode : 1;
  }
}
