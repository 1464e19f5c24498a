import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What runs the command from its sources. */
export const millraceArguments: readonly string[] = [
  '--conditions=millrace-source',
  fileURLToPath(new URL('../main.ts', import.meta.url)),
];

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs the command to its end, at most half a minute. */
export function millrace(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...millraceArguments, ...args], { timeout: 30_000 }, (error, out, errors) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, out, error: errors });
    });
  });
}
