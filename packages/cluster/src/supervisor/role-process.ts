import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Unavailable } from '@millrace/core';
import type { ReadyMessage } from '@millrace/runtime';
import { tunedEnvironment } from '@millrace/runtime/process-tuning';
import { nodeArguments, roleMain } from './role-command.ts';
import type { RoleSpec } from './topology.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** One started process of a role. */
export interface RoleProcess {
  readonly pid: number | undefined;
  /** Resolves with what it serves; rejects when it ends before. */
  readonly ready: Promise<ReadyMessage['ready']>;
  readonly exited: Promise<Exit>;
  /** Asks it to stop; kills it when it has not within `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

export function startRole(spec: RoleSpec, onLine: (line: string) => void): RoleProcess {
  const flags = Object.entries(spec.options).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const child = spawn(process.execPath, [...nodeArguments(spec.role), roleMain(spec.role), ...flags], {
    env: tunedEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A Ctrl-C of the terminal goes to the supervisor alone: it stops the roles in order.
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', onLine);
  }
  const exited = new Promise<Exit>((resolve) => {
    child.on('error', (error) => {
      onLine(`cannot start: ${error.message}`);
      resolve({ code: 1, signal: null });
    });
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  const ready = new Promise<ReadyMessage['ready']>((resolve, reject) => {
    child.on('message', (message) => {
      if (isReady(message)) resolve(message.ready);
    });
    exited.then(({ code, signal }) =>
      reject(
        new Unavailable(
          `${spec.name} ended (${signal ?? `exit code ${code}`}) before it was ready: its last line says why`,
        ),
      ),
    );
  });
  ready.catch(() => undefined);
  return { pid: child.pid, ready, exited, stop: (graceMs) => stopChild(child, exited, graceMs) };
}

async function stopChild(child: ChildProcess, exited: Promise<Exit>, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(killer);
}

function isReady(message: unknown): message is ReadyMessage {
  return typeof message === 'object' && message !== null && 'ready' in message;
}
