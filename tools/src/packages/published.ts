import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspace } from '../tidy/packages.ts';

/** What a package says of itself, as far as it matters to who installs it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Folders of `packages/`: each is published as `@millrace/<folder>`. */
export const published: readonly string[] = readdirSync(join(workspace, 'packages'));

export const scope = '@millrace/';

export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(workspace, 'packages', folder, 'package.json'), 'utf8'));
}

/** The folder and those of all packages of ours that it depends on, by what their manifests say. */
export function closureOf(folder: string): readonly string[] {
  const found = new Set<string>();
  const add = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    for (const dependency of Object.keys(manifestOf(name).dependencies ?? {}))
      if (dependency.startsWith(scope)) add(dependency.slice(scope.length));
  };
  add(folder);
  return [...found];
}
