import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { workspace } from '../tidy/packages.ts';
import { examplesOf, promised } from './readme-examples.ts';

const packages = readdirSync(join(workspace, 'packages'));
const examples = packages.flatMap((name) =>
  examplesOf(name).map((code, at) => ({ name: `${name} ${at + 1}`, code })),
);

describe('the examples of the READMEs', () => {
  it('exist, in each of them', () => {
    expect(packages.filter((name) => examplesOf(name).length === 0)).toEqual([]);
  });

  it.each(examples)('$name runs, and prints what it says', { timeout: 60_000 }, async ({ code }) => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-example-'));
    // Examples keep their data in ./data: they get a directory of their own, and still see the workspace's packages.
    const inDirectory = code.replaceAll("'./data'", JSON.stringify(join(directory, 'data')));
    try {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--conditions=millrace-source', '--input-type=module-typescript', '--eval', inDirectory],
        { cwd: workspace, timeout: 50_000 },
      );
      for (const text of promised(code)) expect(stdout).toContain(text);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
