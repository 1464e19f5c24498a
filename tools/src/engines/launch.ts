import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, EngineError, type Installation, type LaunchPlan } from './engine.ts';

const startDeadlineMs = 60_000;
const stopDeadlineMs = 10_000;
const pollMs = 50;

export interface RunningEngine {
  readonly name: string;
  readonly variable: string;
  readonly address: string;
  readonly pid: number;
}

/** Starts an engine with an empty data directory below `directory` and waits until it answers. An abort stops it again. */
export async function launch(
  engine: Engine,
  installation: Installation,
  directory: string,
  signal: AbortSignal,
): Promise<RunningEngine> {
  const dataDirectory = join(directory, engine.name);
  await mkdir(dataDirectory, { recursive: true });
  const plan = await engine.prepare(installation, dataDirectory);
  const pid = await startPlan(engine.name, plan, directory, signal);
  return { name: engine.name, variable: engine.variable, address: plan.address, pid };
}

/** One life of an engine, the first or the next on the same data: returns its process id once it answers. Its log is in `directory`. */
export async function startPlan(
  name: string,
  plan: LaunchPlan,
  directory: string,
  signal: AbortSignal,
): Promise<number> {
  const logPath = join(directory, `${name}.log`);
  const child = await spawnLogged(plan, logPath, directory);
  const { pid } = child;
  if (pid === undefined) throw new EngineError(`${name}: cannot run ${plan.program}`);
  try {
    await untilItAnswers(name, plan, child, signal);
  } catch (error) {
    await stopProcess(pid);
    const log = await readFile(logPath, 'utf8');
    throw new EngineError(`${messageOf(error)}; its log ends with:\n${log.slice(-2000)}`, { cause: error });
  }
  child.unref();
  return pid;
}

/** Asks the process to end, and makes it end when it takes too long. */
export async function stopProcess(pid: number): Promise<void> {
  signalProcess(pid, 'SIGTERM');
  const deadline = performance.now() + stopDeadlineMs;
  while (isAlive(pid)) {
    if (performance.now() > deadline) signalProcess(pid, 'SIGKILL');
    await sleep(pollMs);
  }
}

/** A process group of its own: an interrupt typed at the terminal reaches us first, and we stop things in order. */
async function spawnLogged(plan: LaunchPlan, logPath: string, cwd: string): Promise<ChildProcess> {
  const log = await open(logPath, 'a');
  try {
    const child = spawn(plan.program, plan.arguments, {
      cwd,
      env: { ...process.env, ...plan.environment },
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
    });
    // A program that cannot be run has no pid, which the caller reports.
    child.on('error', () => {});
    return child;
  } finally {
    await log.close();
  }
}

async function untilItAnswers(
  name: string,
  plan: LaunchPlan,
  child: ChildProcess,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + startDeadlineMs;
  for (;;) {
    if (signal.aborted) throw new EngineError(`${name}: interrupted while starting`);
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new EngineError(`${name} ended with ${child.signalCode ?? child.exitCode} while starting`);
    }
    try {
      return await plan.check();
    } catch (error) {
      if (performance.now() > deadline) {
        throw new EngineError(
          `${name} does not answer on ${plan.address} after ${startDeadlineMs} ms (${messageOf(error)})`,
        );
      }
      await sleep(pollMs);
    }
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
