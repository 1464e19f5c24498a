import { join } from 'node:path';
import { workspace } from '../tidy/packages.ts';
import { build } from './build.ts';
import { run } from './command.ts';
import { published, scope } from './published.ts';

/** A package as it would be published. */
export interface Tarball {
  readonly path: string;
  /** What is in it, from the root of the package. */
  readonly files: readonly string[];
}

interface PackReport {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Builds all packages and packs them into the directory; by folder of `packages/`. */
export async function packAll(directory: string): Promise<ReadonlyMap<string, Tarball>> {
  await build();
  const folders = published.map((folder) => `./packages/${folder}`);
  const out = await run(
    'npm',
    ['pack', '--json', '--foreground-scripts=false', '--pack-destination', directory, ...folders],
    workspace,
  );
  const parsed: readonly PackReport[] | Readonly<Record<string, PackReport>> = JSON.parse(out);
  return new Map(
    Object.values(parsed).map(({ name, filename, files }) => [
      name.slice(scope.length),
      { path: join(directory, filename), files: files.map(({ path }) => path) },
    ]),
  );
}
