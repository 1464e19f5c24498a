import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspace } from '../tidy/packages.ts';
import { run } from './command.ts';
import { closureOf, manifestOf, scope } from './published.ts';
import type { Tarball } from './tarballs.ts';

/** What somebody who uses TypeScript strictly has, and nothing that would help our declarations. */
const compilerOptions = {
  target: 'es2024',
  module: 'nodenext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
};

/** An empty project outside the workspace, with packages of ours installed from tarballs and the rest from npm. */
export class Project {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** @param installs what a user names to npm; packages of ours bring those that their manifests name */
  static async create(
    directory: string,
    installs: readonly string[],
    tarballs: ReadonlyMap<string, Tarball>,
  ): Promise<Project> {
    mkdirSync(directory, { recursive: true });
    const ours = installs.filter((name) => name.startsWith(scope)).map((name) => name.slice(scope.length));
    const files = [...new Set(ours.flatMap(closureOf))].map((folder) => [
      `${scope}${folder}`,
      `file:${tarballs.get(folder)?.path}`,
    ]);
    const others = installs.filter((name) => !name.startsWith(scope)).map((name) => [name, versionOf(name)]);
    const dependencies = Object.fromEntries([...files, ...others, ['@types/node', '^24.0.0']]);
    const manifest = { name: 'stands-alone', private: true, type: 'module', dependencies };
    const project = new Project(directory);
    project.write('package.json', JSON.stringify(manifest));
    project.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    await run('npm', ['install', ...quiet], directory);
    return project;
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text);
  }

  /** Runs a file as a user of plain Node does. */
  run(name: string, ...args: string[]): Promise<string> {
    return run(process.execPath, [name, ...args], this.directory);
  }

  /** Holds all files of the project against the declarations that are installed. Rejects with what the compiler says. */
  async checkTypes(): Promise<void> {
    await run(join(workspace, 'node_modules/.bin/tsc'), ['-p', this.directory], this.directory);
  }
}

/** The version that the workspace itself uses. */
function versionOf(name: string): string {
  return manifestOf('cluster').dependencies?.[name] ?? '*';
}
