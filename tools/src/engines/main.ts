import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type Order, parseOrder } from './arguments.ts';
import { cacheDirectory } from './cache-directory.ts';
import { type Engine, EngineError, type EngineName } from './engine.ts';
import { etcd } from './etcd.ts';
import { kafka } from './kafka.ts';
import { isStillRunning, readKept, stopKept, writeKept } from './kept.ts';
import { launch, type RunningEngine, stopProcess } from './launch.ts';
import { minio } from './minio.ts';
import { installPymilvus, pymilvusVariable } from './pymilvus.ts';

const engines: Readonly<Record<EngineName, Engine>> = { etcd, kafka, minio };
const keptFile = join(cacheDirectory, 'running.json');
const executables = join(import.meta.dirname, '../../../node_modules/.bin');

/** Progress goes to standard error: standard output belongs to the command, and to the addresses `up` prints. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function install(names: readonly EngineName[]) {
  const installed = [];
  for (const name of names) {
    const installation = await engines[name].install({ directory: cacheDirectory, say });
    say(`${name}: ${installation.version} is installed (${installation.program})`);
    installed.push({ engine: engines[name], installation });
  }
  return installed;
}

/** An interrupt stops what runs in order, instead of leaving engines behind. */
function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController();
  process
    .on('SIGINT', (signal) => interrupted.abort(signal))
    .on('SIGTERM', (signal) => interrupted.abort(signal));
  return interrupted.signal;
}

/** Installs and starts engines side by side; when one fails, those that started are stopped again. */
async function start(
  names: readonly EngineName[],
  directory: string,
  signal: AbortSignal,
): Promise<readonly RunningEngine[]> {
  const installed = await install(names);
  const started = await Promise.allSettled(
    installed.map(async ({ engine, installation }) => {
      const running = await launch(engine, installation, directory, signal);
      say(`${engine.name}: answers on ${running.address}`);
      return running;
    }),
  );
  const running = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed === undefined) return running;
  await stopAll(running);
  throw failed.reason;
}

async function stopAll(running: readonly RunningEngine[]): Promise<void> {
  await Promise.all(running.map((engine) => stopProcess(engine.pid)));
}

/** Runs the command; engines whose variable is set already are used as they are. Returns the command's exit code. */
async function runWith(names: readonly EngineName[], command: readonly string[]): Promise<number> {
  const missing = names.filter((name) => (process.env[engines[name].variable] ?? '') === '');
  const directory = await mkdtemp(join(tmpdir(), 'millrace-engines-'));
  const interrupted = untilInterrupted();
  let running: readonly RunningEngine[] = [];
  try {
    running = await start(missing, directory, interrupted);
    const python = await installPymilvus({ directory: cacheDirectory, say });
    const variables = { ...addressVariables(running), [pymilvusVariable]: python };
    return await runCommand(command, variables, interrupted);
  } finally {
    await stopAll(running);
    await rm(directory, { recursive: true, force: true });
    if (running.length > 0) say(`stopped: ${running.map((engine) => engine.name).join(', ')}`);
  }
}

function runCommand(
  command: readonly string[],
  addresses: Readonly<Record<string, string>>,
  interrupted: AbortSignal,
): Promise<number> {
  const [program = '', ...args] = command;
  const path = [executables, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, PATH: path, ...addresses } });
  // The command ends first, then we stop the engines; a terminal sends SIGINT to both of us.
  interrupted.addEventListener('abort', () => child.kill(interrupted.reason));
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new EngineError(`cannot run ${program}: ${error.message}`)));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]),
    );
  });
}

function addressVariables(running: readonly RunningEngine[]): Readonly<Record<string, string>> {
  return Object.fromEntries(running.map((engine) => [engine.variable, engine.address]));
}

async function up(names: readonly EngineName[]): Promise<void> {
  const kept = await readKept(keptFile);
  if (kept !== undefined) {
    const alive = await Promise.all(kept.engines.map((engine) => isStillRunning(kept, engine)));
    const running = kept.engines.filter((_, i) => alive[i]);
    if (names.every((name) => running.some((engine) => engine.name === name))) return print(running);
    await stopKept(keptFile, kept);
  }
  const directory = await mkdtemp(join(tmpdir(), 'millrace-engines-'));
  const running = await start(names, directory, untilInterrupted());
  await writeKept(keptFile, { directory, engines: running });
  print(running);
}

function print(running: readonly RunningEngine[]): void {
  for (const engine of running) process.stdout.write(`export ${engine.variable}=${engine.address}\n`);
}

async function down(): Promise<void> {
  const kept = await readKept(keptFile);
  if (kept === undefined) return say('nothing is running');
  await stopKept(keptFile, kept);
  say(`stopped: ${kept.engines.map((engine) => engine.name).join(', ')}`);
}

async function obey(order: Order): Promise<number> {
  switch (order.verb) {
    case 'with':
      return runWith(order.engines, order.command);
    case 'up':
      await up(order.engines);
      return 0;
    case 'install':
      await install(order.engines);
      return 0;
    case 'down':
      await down();
      return 0;
  }
}

try {
  process.exitCode = await obey(parseOrder(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof EngineError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
