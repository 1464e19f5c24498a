import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { workspace as root } from '../tidy/packages.ts';
import { bridgeCalls } from './bridge-calls.ts';
import { kebab } from './kebab.ts';
import { meaningBefore } from './meaning.ts';
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
  /** Nobody has recorded it. */
  readonly older?: true;
}

const servedInterfaces: readonly ServedInterface[] = [
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
    tests: 'packages/datacoord/src/legacy/*.test.ts',
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
  /** Title of its section. */
  readonly service: string;
  readonly name: string;
  readonly request: string;
  readonly answer: string;
  readonly meaning: string;
  /** Paths in the repository. */
  readonly implementedIn: string | undefined;
  /** What it fails with, as `Code: text`; what is the same for all calls is not told. */
  readonly refusals: readonly string[];
  /** The test named after the call; what is the same for all calls is proved by one table over every method. */
  readonly provedIn: string | undefined;
}

/** Every call of the interface, from the sources, section by section. */
export function describedCalls(): readonly DescribedCall[] {
  return [...servedInterfaces.flatMap(servedCalls), ...bridgeCalls()];
}

function servedCalls(served: ServedInterface): readonly DescribedCall[] {
  const table = readFileSync(join(root, served.table), 'utf8');
  const other = served.notTests === undefined ? [] : globSync(served.notTests, { cwd: root });
  const tests = globSync(served.tests, { cwd: root })
    .filter((path) => !other.includes(path))
    .filter((path) => basename(path) !== 'every-call.test.ts' && !path.includes('/replay/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
  return callsOf(served).map(({ name, request, answer }) => {
    const member = memberName(name);
    const { path: implementedIn, exported } = implementationOf(table, served.table, member);
    const isCalled = new RegExp(`\\b(call|handlers)\\??\\.${member}\\b|\\.call\\(\\s*'${member}'`);
    return {
      service: served.title,
      name,
      request,
      answer,
      meaning: implementedIn === undefined ? '' : meaningOf(implementedIn, exported),
      implementedIn,
      refusals: refusalsOf(
        served.older ? [] : recordedRefusals(served.service, name),
        thrownBy(implementedIn, name),
      ),
      provedIn: tests.find(
        ({ path, text }) => basename(path) === `${kebab(name)}.test.ts` && isCalled.test(text),
      )?.path,
    };
  });
}

/** A file that serves several calls does not tell which of them throws what. */
function thrownBy(path: string | undefined, name: string): readonly string[] {
  if (path === undefined || basename(path) !== `${kebab(name)}.ts`) return [];
  const source = readFileSync(join(root, path), 'utf8');
  return thrownRefusals([source, ...checksIn(source, path)].join('\n'));
}

/** Sources of the checks that calls share: `require-….ts` beside them. */
function checksIn(source: string, path: string): readonly string[] {
  return Array.from(source.matchAll(/from '(\.\/require-[\w-]+\.ts)'/g), ([, file = '']) =>
    readFileSync(join(root, path, '..', file), 'utf8'),
  );
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

/** What the table's entry of a call is, and the file that it comes from. */
function implementationOf(
  table: string,
  tablePath: string,
  member: string,
): { readonly path: string | undefined; readonly exported: string } {
  const exported = new RegExp(`\\b${member}: (\\w+)`).exec(table)?.[1] ?? member;
  const imported = new RegExp(`import \\{[^}]*\\b${exported}\\b[^}]*\\} from '(\\.[^']+)'`).exec(table)?.[1];
  return { path: imported === undefined ? undefined : join(tablePath, '..', imported), exported };
}

function meaningOf(path: string, exported: string): string {
  const text = readFileSync(join(root, path), 'utf8');
  const at = new RegExp(`export (?:const|function) ${exported}\\b`).exec(text)?.index;
  return at === undefined ? '' : meaningBefore(text.slice(0, at));
}
