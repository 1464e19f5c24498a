import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isExecutable, requireProgram, run } from './command.ts';
import type { Engine, InstallFolder } from './engine.ts';
import { freePorts } from './ports.ts';

/** A pseudo version: the module's newest commit that the Go proxy serves and that compiles without a checkout. */
const moduleVersion = 'v0.0.0-20260212201848-7aac2a2c5b7c';

/** MinIO compiled from the Go module proxy; clients sign in as minioadmin / minioadmin. */
export const minio: Engine = {
  name: 'minio',
  variable: 'MILLRACE_TEST_MINIO',

  async install(folder) {
    const program = await compiled(folder);
    await run(program, ['--version'], { deadlineMs: 20_000 });
    return { version: moduleVersion, program, programArguments: [] };
  },

  async prepare(installation, dataDirectory) {
    const [port, consolePort] = await freePorts(2);
    const address = `127.0.0.1:${port}`;
    return {
      program: installation.program,
      arguments: [
        'server',
        dataDirectory,
        '--address',
        address,
        '--console-address',
        `127.0.0.1:${consolePort}`,
      ],
      environment: {
        MINIO_ROOT_USER: 'minioadmin',
        MINIO_ROOT_PASSWORD: 'minioadmin',
        MINIO_BROWSER: 'off',
        MINIO_UPDATE: 'off',
      },
      address,
      check: () => checkHealth(address),
    };
  },
};

async function checkHealth(address: string): Promise<void> {
  const response = await fetch(`http://${address}/minio/health/cluster`, {
    signal: AbortSignal.timeout(1000),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`minio answers ${response.status}`);
}

async function compiled(folder: InstallFolder): Promise<string> {
  const program = join(folder.directory, `minio-${moduleVersion}`);
  if (await isExecutable(program)) return program;
  const go = await requireProgram(
    'go',
    'MinIO is compiled from the Go module proxy; install Go 1.24 or newer',
    ['/usr/local/go/bin'],
  );
  await mkdir(folder.directory, { recursive: true });
  const work = await mkdtemp(join(folder.directory, 'minio.part-'));
  try {
    folder.say('minio: compiling (several minutes the first time)');
    await run(go, ['install', `github.com/minio/minio@${moduleVersion}`], {
      cwd: work,
      environment: { GOBIN: work, GOFLAGS: '-buildvcs=false', CGO_ENABLED: '0' },
      deadlineMs: 1_800_000,
    });
    await rename(join(work, 'minio'), program);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return program;
}
