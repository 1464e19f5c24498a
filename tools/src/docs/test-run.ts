import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { workspace } from '../tidy/packages.ts';
import type { DescribedCall } from './interface.ts';

/** A test that passed: the titles of what it stands in, then its own. */
export type PassedTest = readonly string[];

/** The tests that passed in a run, in their order, by the file they are in, from the root of the repository. */
export type TestRun = ReadonlyMap<string, readonly PassedTest[]>;

/** What vitest writes with `--reporter=json`, as far as it is read here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

export function readRun(path: string): TestRun {
  const report: Report = JSON.parse(readFileSync(path, 'utf8'));
  return new Map(
    report.testResults.map(({ name, assertionResults }) => [
      relative(workspace, name),
      assertionResults
        .filter(({ status }) => status === 'passed')
        .map(({ ancestorTitles, title }) => [...ancestorTitles.filter((each) => each !== ''), title]),
    ]),
  );
}

/** The tests of a call that passed, those of its file. What all stand in is left out. */
export function passedTestsOf(call: DescribedCall, run: TestRun): readonly PassedTest[] {
  const passed = run.get(call.provedIn ?? '') ?? [];
  const around = passed.every((titles) => titles.length > 1 && titles[0] === passed[0]?.[0]) ? 1 : 0;
  return passed.map((titles) => titles.slice(around));
}

/** Calls that nothing proved in the run. */
export function unproved(calls: readonly DescribedCall[], run: TestRun): readonly string[] {
  return calls
    .filter((call) => passedTestsOf(call, run).length === 0)
    .map(({ service, name }) => `${service}: ${name}`);
}
