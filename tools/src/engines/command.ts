import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { EngineError } from './engine.ts';

export interface RunOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
}

/** Runs a program to its end and returns its standard output. Fails with the tail of what it printed. */
export async function run(program: string, args: readonly string[], options: RunOptions): Promise<string> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.deadlineMs,
    killSignal: 'SIGKILL',
  });
  let out = '';
  let tail = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    tail = (tail + text).slice(-2000);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-2000);
  });
  const ended = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? String(code)));
  });
  if (ended === '0') return out;
  throw new EngineError(`\`${program} ${args.join(' ')}\` ended with ${ended}:\n${tail.trim()}`);
}

/** Full path of a program on PATH or in one of the extra directories. */
export async function findProgram(
  name: string,
  extraDirectories: readonly string[] = [],
): Promise<string | undefined> {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), ...extraDirectories];
  for (const directory of directories) {
    if (directory === '') continue;
    const path = join(directory, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/** The same, or an error that says what the missing program is for. */
export async function requireProgram(
  name: string,
  reason: string,
  extraDirectories: readonly string[] = [],
): Promise<string> {
  const path = await findProgram(name, extraDirectories);
  if (path === undefined) throw new EngineError(`\`${name}\` is not on PATH: ${reason}`);
  return path;
}

export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
