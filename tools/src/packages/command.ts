import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

/** Longer than the slowest install on a slow machine. */
const timeoutMs = 120_000;

/** Runs a program to its end, with this Node first in the path, and gives what it printed. Rejects with all of its output when it fails. */
export function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      [...args],
      { cwd, env: environment(), timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 },
      (error, out, errors) => {
        if (error === null) resolve(out);
        else reject(new Error(`${program} ${args.join(' ')} failed in ${cwd}:\n${out}\n${errors}`));
      },
    );
  });
}

/** Of a shell outside this workspace: without what npm and vitest tell the processes they run. Settings of the machine stay. */
export function environment(): NodeJS.ProcessEnv {
  const ours =
    /^(npm_(package|lifecycle|command|config_(local_prefix|workspace))|VITEST|NODE_(ENV|OPTIONS)$|INIT_CWD$)/;
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name));
  const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
  return { ...Object.fromEntries(kept), PATH: path };
}
