import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { workspace as root } from '../tidy/packages.ts';
import { recordedRefusals, refusalsOf, thrownRefusals } from './refusals.ts';

/** A service of ours: where its messages are defined, where its table of calls is, and where its tests may be. */
interface ServedInterface {
  readonly title: string;
  readonly service: string;
  readonly proto: string;
  readonly table: string;
  readonly tests: string;
  /** What is in the glob and proves something else. */
  readonly notTests?: string;
  /** Nobody has recorded it, and its calls are proved together. */
  readonly older?: true;
}

const interfaces: readonly ServedInterface[] = [
  {
    title: 'DataCoord',
    service: 'DataCoord',
    proto: 'proto/data_coord.proto',
    table: 'packages/datacoord/src/rpc/calls.ts',
    tests: 'packages/datacoord/src/**/*.test.ts',
    notTests: 'packages/datacoord/src/legacy/**',
  },
  {
    title: 'DataNode',
    service: 'DataNode',
    proto: 'proto/data_coord.proto',
    table: 'packages/datanode/src/datanode.ts',
    tests: 'packages/datanode/src/**/*.test.ts',
    notTests: 'packages/datanode/src/legacy/**',
  },
  {
    title: 'The older Data Service',
    service: 'DataService',
    proto: 'proto/data_service.proto',
    table: 'packages/datacoord/src/legacy/data-service.ts',
    tests: 'packages/{datacoord/src/legacy/*,cluster/src/old-clients}.test.ts',
    older: true,
  },
  {
    title: 'The older DataNode',
    service: 'DataNode',
    proto: 'proto/legacy.proto',
    table: 'packages/datanode/src/legacy/old-api.ts',
    tests: 'packages/datanode/src/legacy/*.test.ts',
    older: true,
  },
];

export interface DescribedCall {
  readonly service: string;
  readonly name: string;
  readonly request: string;
  readonly answer: string;
  readonly meaning: string;
  /** Paths in the repository. */
  readonly implementedIn: string | undefined;
  /** What it fails with, as `Code: text`; what is the same for all calls is not told. */
  readonly refusals: readonly string[];
  /** The test of the call; what is the same for all calls is proved by one table over every method. */
  readonly provedIn: string | undefined;
}

/** Every call of the interface, from the sources. */
export function describedCalls(): DescribedCall[] {
  return interfaces.flatMap((served) => {
    const table = readFileSync(join(root, served.table), 'utf8');
    const other = served.notTests === undefined ? [] : globSync(served.notTests, { cwd: root });
    const tests = globSync(served.tests, { cwd: root })
      .filter((path) => !other.includes(path))
      .filter((path) => basename(path) !== 'every-call.test.ts' && !path.includes('/replay/'))
      .sort()
      .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
    return callsOf(served).map(({ name, request, answer }) => {
      const member = memberName(name);
      const implementedIn = implementationOf(table, served.table, member);
      const isCalled = new RegExp(`\\b(call|handlers)\\??\\.${member}\\b|\\.call\\(\\s*'${member}'`);
      return {
        service: served.title,
        name,
        request,
        answer,
        meaning: implementedIn === undefined ? '' : meaningOf(implementedIn, member),
        implementedIn,
        refusals: refusalsOf(
          served.older ? [] : recordedRefusals(served.service, name),
          thrownBy(implementedIn, name),
        ),
        provedIn: proofOf(
          [kebab(name), basename(implementedIn ?? '', '.ts')],
          tests.filter(({ text }) => isCalled.test(text)).map(({ path }) => path),
          served.older ?? false,
        ),
      };
    });
  });
}

/** A file that serves several calls does not tell which of them throws what. */
function thrownBy(path: string | undefined, name: string): readonly string[] {
  if (path === undefined || basename(path) !== `${kebab(name)}.ts`) return [];
  return thrownRefusals(readFileSync(join(root, path), 'utf8'));
}

/** The test that is named after the call, or after the file that serves it; else, where calls are proved together, one that calls it. */
function proofOf(names: readonly string[], paths: readonly string[], together: boolean): string | undefined {
  const named = names.map((name) => paths.find((path) => basename(path) === `${name}.test.ts`)).find(Boolean);
  return named ?? (together ? paths[0] : undefined);
}

function kebab(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
}

/** The page docs/interface.md. */
export function interfacePage(): string {
  const calls = describedCalls();
  const sections = interfaces.flatMap(({ title }) => [
    `## ${title}`,
    '',
    '| call | request → answer | meaning | fails with | implemented in | proved in |',
    '|---|---|---|---|---|---|',
    ...calls
      .filter(({ service }) => service === title)
      .map(
        ({ name, request, answer, meaning, refusals, implementedIn, provedIn }) =>
          `| ${name} | ${request} → ${answer} | ${cell(meaning)} | ${refusals.map(cell).join('<br>')} | ${link(implementedIn)} | ${link(provedIn)} |`,
      ),
    '',
  ]);
  return [
    '# The interface',
    '',
    'Made from the sources by a test; do not edit. Messages are those of `proto/`, with the numbers of Milvus 2.2.8. What is the same for every call (not',
    'ready, malformed, repeated, concurrent, cancelled) is proved by one table over all methods, `packages/*/src/rpc/every-call.test.ts`. Answers are',
    'compared field by field with those of a real 2.2.8 to the same requests by the tests in `packages/*/src/replay/`.',
    '',
    'A call *fails with* what the original was seen to refuse it with, code and text, which ours does too; and with what its own file throws. `…` stands',
    'for ids and names. Besides, every call but the few that answer in every state fails with NotReadyServe until the server is healthy.',
    '',
    'The older Data Service and its DataNode have the numbers of 2021-02-04, and the state of the two above: see decision 12.',
    '',
    ...sections,
  ].join('\n');
}

function callsOf({ proto, service }: ServedInterface) {
  const text = readFileSync(join(root, proto), 'utf8');
  const body = new RegExp(`service ${service} \\{([^}]*)\\}`).exec(text)?.[1] ?? '';
  return Array.from(
    body.matchAll(/rpc (\w+)\(([\w.]+)\) returns \(([\w.]+)\)/g),
    ([, name = '', request = '', answer = '']) => ({
      name,
      request: lastPart(request),
      answer: lastPart(answer),
    }),
  );
}

/** As ts-proto names it. */
function memberName(call: string): string {
  const camel = call.charAt(0).toLowerCase() + call.slice(1);
  return camel.replace(/ID(?=[A-Z]|$)/g, 'Id');
}

function lastPart(name: string): string {
  return name.split('.').at(-1) ?? name;
}

/** The file that the table's entry of a call comes from; the table's own for one that stands in it. */
function implementationOf(table: string, tablePath: string, member: string): string | undefined {
  const entry = new RegExp(`\\b${member}: (\\w+|\\()`).exec(table)?.[1];
  if (entry === undefined) return undefined;
  if (entry === '(') return tablePath;
  const imported = new RegExp(`import \\{[^}]*\\b${entry}\\b[^}]*\\} from '(\\.[^']+)'`).exec(table)?.[1];
  return imported === undefined ? undefined : join(tablePath, '..', imported);
}

/** The first sentence of the docstring before the exported call. */
function meaningOf(path: string, member: string): string {
  const text = readFileSync(join(root, path), 'utf8');
  const exported = new RegExp(`export (?:const|function) ${member}\\b`, 'i').exec(text);
  const before = text.slice(0, exported?.index ?? text.length);
  const comment = before.slice(before.lastIndexOf('/**')).replace(/\/\*\*|\*\/|^\s*\* ?/gm, ' ');
  if (!before.trimEnd().endsWith('*/')) return '';
  return /^(.*?[.:])(?:\s+[A-Z]|\s*$)/.exec(comment.replace(/\s+/g, ' ').trim())?.[1] ?? '';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function link(path: string | undefined): string {
  return path === undefined ? '' : `[${basename(path)}](../${path})`;
}
