import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { requireProgram, run } from '../engines/command.ts';
import { EngineError } from '../engines/engine.ts';

/**
 * Namespaces of network, mounts and processes: fixed ports and process id files of several runs do not collide, the original, which listens
 * on all addresses, is not reachable from outside, and nothing of a run outlives it.
 */
const separation = ['--net', '--mount', '--pid', '--mount-proc', '--fork', '--kill-child'];

/** Where the original writes its process ids: its own for each run. */
const pidDirectory = '/run/milvus';

/** Fails in words when this machine does not let us make a namespace. */
export async function checkPrivilege(): Promise<void> {
  const unshare = await requireProgram('unshare', 'a live cluster runs in namespaces; install util-linux');
  try {
    await run(unshare, [...separation, 'true'], { deadlineMs: 10_000 });
  } catch (error) {
    throw new EngineError(
      'a live cluster runs in a network namespace of its own, and this user may not make one: run as root, in a container with CAP_SYS_ADMIN',
      { cause: error },
    );
  }
}

/** Runs a program inside fresh namespaces, with loopback up, and resolves with its exit code. An abort ends all of it. */
export async function runInNamespace(
  python: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const loopback = join(import.meta.dirname, 'loopback_up.py');
  // The namespace's first process is the program itself, so that the kernel ends all others when it ends.
  const entry = `mkdir -p ${pidDirectory} && mount -t tmpfs none ${pidDirectory} && "$0" "$1" && shift && exec "$@"`;
  const child = spawn('unshare', [...separation, 'sh', '-c', entry, python, loopback, ...command], {
    stdio: 'inherit',
  });
  // unshare ends its child when it ends; only a signal that it cannot ignore reaches it from here.
  const end = () => child.kill('SIGKILL');
  signal.addEventListener('abort', end);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    signal.removeEventListener('abort', end);
  }
}
