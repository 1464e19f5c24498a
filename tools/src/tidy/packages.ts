import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const workspace = fileURLToPath(new URL('../../../', import.meta.url));

export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string;
  /** `datacoord` for packages/datacoord/…; undefined for files of `tools`. */
  readonly package: string | undefined;
  readonly text: string;
  readonly isTest: boolean;
}

/** All TypeScript of ours that git knows or would add. */
export function sourceFiles(): readonly SourceFile[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', 'packages', 'tools'],
    {
      cwd: workspace,
      encoding: 'utf8',
    },
  );
  return listed
    .split('\n')
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .flatMap((path) => {
      const text = readIfThere(path);
      return text === undefined
        ? []
        : [{ path, package: /^packages\/([^/]+)\//.exec(path)?.[1], text, isTest: isTest(path) }];
    });
}

function isTest(path: string): boolean {
  return /\.(test|bench)\.ts$|\/testing\//.test(path);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(`${workspace}${path}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** Module names a file imports, statically or not. */
export function importsOf(text: string): readonly string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*?(?:from\s*)?['"]([^'"]+)['"]|\}\s*from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}
