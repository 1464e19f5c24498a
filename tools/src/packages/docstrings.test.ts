import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportedNames, exportedNamesOf } from './docstrings.ts';

describe('exported names', () => {
  it('all have a docstring that says what they mean', () => {
    const names = exportedNames();
    expect(names.length).toBeGreaterThan(400);
    const without = names.filter(({ docstring }) => docstring === undefined);
    expect(without.map(({ name, file }) => `${file}: ${name}`)).toEqual([]);
  });

  it('say in it what they throw, where they are functions', () => {
    const names = exportedNames();
    expect(names.filter(({ throws }) => throws.length > 0).length).toBeGreaterThan(20);
    const silent = names.flatMap(({ name, file, docstring = '', throws }) =>
      throws.filter((kind) => !docstring.includes(kind)).map((kind) => `${file}: ${name} throws ${kind}`),
    );
    expect(silent).toEqual([]);
  });

  it('are told with and without one, wherever they are declared', () => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-names-'));
    const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
    write('index.ts', "export { bare, type Told as Renamed } from './parts.ts';\nexport const own = 1;\n");
    write(
      'parts.ts',
      [
        '/** Of nothing that is exported. */',
        'const hidden = 1;',
        '',
        'export async function bare(): Promise<number> {',
        "  throw new Conflict('hidden');",
        '}',
        '',
        '/**',
        ' * Told over',
        ' * two lines.',
        ' */',
        'export interface Told {',
        '  /** A member. */',
        '  readonly member: string;',
        '}',
        '',
      ].join('\n'),
    );
    const found = exportedNamesOf(join(directory, 'index.ts'));
    rmSync(directory, { recursive: true });
    expect(found.map(({ name, docstring, throws }) => [name, docstring, throws])).toEqual([
      ['bare', undefined, ['Conflict']],
      ['Told', 'Told over two lines.', []],
      ['own', undefined, []],
    ]);
  });
});
