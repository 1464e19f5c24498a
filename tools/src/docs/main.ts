import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { workspace } from '../tidy/packages.ts';
import { configurationPage } from './configuration.ts';
import { type DescribedCall, describedCalls } from './interface.ts';
import { interfacePage } from './interface-page.ts';
import { readRun, type TestRun, unproved } from './test-run.ts';

const page = join(workspace, 'docs/interface.md');

/** Runs the test files that prove calls, and nothing else. */
function runTestsOf(calls: readonly DescribedCall[]): TestRun {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-docs-'));
  const report = join(directory, 'report.json');
  const files = new Set(calls.flatMap(({ provedIn }) => provedIn ?? []));
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    const { status } = spawnSync('vitest', ['run', ...reporters, ...files], {
      cwd: workspace,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error('tests of calls fail: no page is made from them');
    return readRun(report);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Without a report it makes the pages anew; with one, the report of a run of all tests, it says what is not as it should be. */
function main(report: string | undefined): readonly string[] {
  const calls = describedCalls();
  const run = report === undefined ? runTestsOf(calls) : readRun(report);
  const without = unproved(calls, run).map((call) => `no test of ${call} passed`);
  if (without.length > 0) return without;
  const made = interfacePage(calls, run);
  if (report === undefined) {
    writeFileSync(page, made);
    writeFileSync(join(workspace, 'docs/configuration.md'), configurationPage());
    return [];
  }
  return readFileSync(page, 'utf8') === made
    ? []
    : ['docs/interface.md is not what the run shows: npm run docs writes it'];
}

const { values } = parseArgs({ options: { check: { type: 'string' } } });
for (const complaint of main(values.check)) {
  process.stderr.write(`${complaint}\n`);
  process.exitCode = 1;
}
