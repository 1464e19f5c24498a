import { describe, expect, it } from 'vitest';
import { sourceFiles } from './packages.ts';

const files = sourceFiles().filter(({ isTest, package: own }) => !isTest && own !== undefined);

/** Only these own time, chance and the machine: the runtime, drivers behind their interface, entry points, and the cluster, which is one. */
const ownsTheWorld = /^packages\/(runtime\/|cluster\/|[^/]+\/src\/(main\.ts$|drivers\/|.*\/drivers\/))/;

const world: readonly (readonly [string, RegExp])[] = [
  ['the clock', /\bDate\.now\(|\bnew Date\(|\bperformance\.now\(/],
  ['timers', /\b(setTimeout|setInterval|setImmediate)\(/],
  ['chance', /\bMath\.random\(|\brandomUUID\(|\brandomBytes\(/],
  ['the environment', /\bprocess\.env\b/],
  ['the console', /\bconsole\./],
  [
    'files, sockets and threads',
    /from 'node:(fs|fs\/promises|net|http|https|http2|worker_threads|child_process|dns)'/,
  ],
];

/** Lines of code, without comments and strings of documentation. */
function code(text: string): readonly string[] {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .split('\n')
    .map((line) => line.replace(/\/\/.*$/, ''));
}

describe('law 2: only the runtime owns time and chance', () => {
  it.each(world)('%s appears in the runtime, in drivers and in entry points only', (_what, pattern) => {
    const broken = files
      .filter(({ path }) => !ownsTheWorld.test(path))
      .flatMap(({ path, text }) =>
        code(text).flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1} ${line.trim()}`] : [])),
      );
    expect(broken).toEqual([]);
  });
});

describe('house style', () => {
  it('has no any, no non-null assertion, no TODO', () => {
    const pattern = /(: any\b|<any>|\bas any\b)|[\w)\]]!(\.|\[|\)|;|,)|\b(TODO|FIXME|XXX)\b/;
    const broken = files.flatMap(({ path, text }) =>
      code(text).flatMap((line, at) =>
        pattern.test(line.replace(/'[^']*'|`[^`]*`/g, "''")) ? [`${path}:${at + 1} ${line.trim()}`] : [],
      ),
    );
    expect(broken).toEqual([]);
  });

  it('names no place of one machine, and no profiler', () => {
    const pattern = /(^|[^\w.}])\/(tmp|home|root|work|opt|var|mnt)\/|--(cpu|heap)-prof\b/;
    const broken = sourceFiles()
      .filter(({ path }) => !path.endsWith('tidy/laws.test.ts'))
      .flatMap(({ path, text }) =>
        text
          .split('\n')
          .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1} ${line.trim()}`] : [])),
      );
    expect(broken).toEqual([]);
  });

  it('keeps files to one idea: none over 500 lines, the median below 4 KB', () => {
    const long = files.filter(({ text }) => text.split('\n').length > 500).map(({ path }) => path);
    const sizes = files.map(({ text }) => text.length).sort((a, b) => a - b);
    expect(long).toEqual([]);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(4096);
  });
});

describe('law 1: decisions are pure', () => {
  it('core does no I/O: it imports nothing but itself, and a function of bytes', () => {
    const broken = files
      .filter(({ package: own }) => own === 'core')
      .flatMap(({ path, text }) =>
        [...text.matchAll(/from '([^.'][^']*)'/g)]
          .filter(([, name]) => name !== '@node-rs/crc32')
          .map(([, name]) => `${path} imports ${name}`),
      );
    expect(broken).toEqual([]);
  });
});
