import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, isExecutable, requireProgram, run } from './command.ts';
import { type Engine, EngineError, type InstallFolder } from './engine.ts';
import { freePorts } from './ports.ts';

/** etcd from the machine, else unpacked from Debian's package: nothing is installed system-wide, so no service starts either. */
export const etcd: Engine = {
  name: 'etcd',
  variable: 'MILLRACE_TEST_ETCD',

  async install(folder) {
    const program = (await findProgram('etcd')) ?? (await unpacked(folder));
    const version = await run(program, ['--version'], { deadlineMs: 10_000 });
    return { version: /Version: (\S+)/.exec(version)?.[1] ?? 'unknown', program, programArguments: [] };
  },

  async prepare(installation, dataDirectory) {
    const [client, peer] = await freePorts(2);
    const clientUrl = `http://127.0.0.1:${client}`;
    const peerUrl = `http://127.0.0.1:${peer}`;
    return {
      program: installation.program,
      arguments: [
        ...['--data-dir', dataDirectory],
        ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
        ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
        ...['--initial-cluster', `default=${peerUrl}`],
        ...['--auto-compaction-mode', 'revision', '--auto-compaction-retention', '1000'],
        ...['--quota-backend-bytes', String(4 * 2 ** 30)],
      ],
      environment: {},
      address: `127.0.0.1:${client}`,
      check: () => checkHealth(clientUrl),
    };
  },
};

async function checkHealth(url: string): Promise<void> {
  const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) });
  const text = await response.text();
  if (!text.includes('"true"')) throw new Error(`etcd says ${text}`);
}

async function unpacked(folder: InstallFolder): Promise<string> {
  const target = join(folder.directory, 'etcd-debian');
  const program = join(target, 'usr/bin/etcd');
  if (await isExecutable(program)) return program;
  const reason = 'etcd comes from Debian or Ubuntu packages; elsewhere put an `etcd` on PATH yourself';
  const aptGet = await requireProgram('apt-get', reason);
  const dpkgDeb = await requireProgram('dpkg-deb', reason);

  await mkdir(folder.directory, { recursive: true });
  const work = await mkdtemp(join(folder.directory, 'etcd-debian.part-'));
  try {
    // Package lists of our own: an ordinary user may fetch them, and the system's stay as they are.
    await mkdir(join(work, 'lists/partial'), { recursive: true });
    const options = [
      ...['-q', '-o', `Dir::State::lists=${work}/lists`],
      ...['-o', 'APT::Sandbox::User=root'],
    ];
    folder.say('etcd: fetching the package list');
    await run(aptGet, [...options, 'update'], { deadlineMs: 180_000 });
    folder.say('etcd: downloading etcd-server');
    await run(aptGet, [...options, 'download', 'etcd-server'], { cwd: work, deadlineMs: 180_000 });
    const archive = (await readdir(work)).find((name) => name.endsWith('.deb'));
    if (archive === undefined) throw new EngineError('apt-get download etcd-server left no .deb file');
    await run(dpkgDeb, ['-x', join(work, archive), join(work, 'root')], { deadlineMs: 60_000 });
    await rm(target, { recursive: true, force: true });
    await rename(join(work, 'root'), target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return program;
}
