import { basename } from 'node:path';
import { bridgeTitle } from './bridge-calls.ts';
import type { DescribedCall } from './interface.ts';
import { type PassedTest, passedTestsOf, type TestRun } from './test-run.ts';

/** The page docs/interface.md: its tables, then what the tests of the run show of each call. */
export function interfacePage(calls: readonly DescribedCall[], run: TestRun): string {
  const sections = [...bySection(calls)].flatMap(([title, own]) => [
    `### ${title}`,
    '',
    ...own.flatMap((call) => [`#### ${call.name}`, '', ...passedTestsOf(call, run).map(bulletOf(call)), '']),
  ]);
  return [interfaceTables(calls), ...sections].join('\n');
}

/** The page down to where the run comes in. */
export function interfaceTables(calls: readonly DescribedCall[]): string {
  const sections = [...bySection(calls)].flatMap(([title, own]) => [
    `## ${title}`,
    '',
    ...(title === bridgeTitle ? aboutBridge : []),
    '| call | request → answer | meaning | fails with | implemented in | proved in |',
    '|---|---|---|---|---|---|',
    ...own.map(
      ({ name, request, answer, meaning, refusals, implementedIn, provedIn }) =>
        `| ${name} | ${cell(request)} → ${cell(answer)} | ${cell(meaning)} | ${refusals.map(cell).join('<br>')} | ${link(implementedIn)} | ${link(provedIn)} |`,
    ),
    '',
  ]);
  return [
    '# The interface',
    '',
    'Made from the sources and from a run of the tests by `npm run docs`; do not edit. Messages are those of `proto/`, with the numbers of Milvus 2.2.8.',
    'What is the same for every call (not ready, malformed, repeated, concurrent, cancelled) is proved by one table over all methods,',
    '`packages/*/src/rpc/every-call.test.ts`. Answers are compared field by field with those of a real 2.2.8 to the same requests by the tests in',
    '`packages/*/src/replay/`. What each call was shown to do stands [below](#what-the-tests-show), test by test.',
    '',
    'A call *fails with* what the original was seen to refuse it with, code and text, which ours does too; and with what its own file throws. `…` stands',
    'for ids and names. Besides, every call but the few that answer in every state fails with NotReadyServe until the server is healthy.',
    '',
    'The older Data Service and its DataNode have the numbers of 2021-02-04, and the state of the two above: see decision 12.',
    '',
    ...sections,
    '## What the tests show',
    '',
    'The tests of each call that passed in the run this page was made from.',
    '',
  ].join('\n');
}

const aboutBridge: readonly string[] = [
  'What a RootCoord holds to drive a DataCoord: SetDataCoord and the functions it makes. Each waits until a DataCoord is reached and takes a signal and a',
  'deadline, of both together; when either comes first it fails with Unavailable.',
  '',
];

function bySection(calls: readonly DescribedCall[]): ReadonlyMap<string, readonly DescribedCall[]> {
  return Map.groupBy(calls, ({ service }) => service);
}

/** A title that says no more than the call's name is left out. */
function bulletOf({ name }: DescribedCall): (test: PassedTest) => string {
  return (test) =>
    `- ${test
      .filter((title) => title !== name)
      .map(plain)
      .join(': ')}`;
}

/** Text that Markdown shows as it is. */
function plain(text: string): string {
  return text.replace(/[\\`*_<>[\]|]/g, '\\$&');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function link(path: string | undefined): string {
  return path === undefined ? '' : `[${basename(path)}](../${path})`;
}
