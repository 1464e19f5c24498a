import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A name of one declaration file. */
export interface Reference {
  readonly file: string;
  readonly name: string;
}

/** A declaration file of the compiler, taken apart. Its layout is regular: a statement begins at the start of a line, and what it contains is indented. */
export interface Declarations {
  /** What each name declares, overloads and merged namespaces together, without comments and private members. */
  readonly texts: ReadonlyMap<string, string>;
  /** Where names come from that other files declare. */
  readonly imports: ReadonlyMap<string, Reference>;
  /** What the file passes on by name, by the name it gives. */
  readonly exports: ReadonlyMap<string, Reference>;
  /** Whole files it passes on, by the name it gives. */
  readonly namespaces: ReadonlyMap<string, string>;
}

export function readDeclarations(file: string): Declarations {
  const code = withoutComments(readFileSync(file, 'utf8'));
  const texts = new Map<string, string>();
  const imports = new Map<string, Reference>();
  const exports = new Map<string, Reference>();
  const namespaces = new Map<string, string>();
  for (const statement of statements(code)) {
    const from = /\bfrom ['"](\.[^'"]+)['"];$/.exec(statement)?.[1];
    const target = from === undefined ? undefined : join(dirname(file), from.replace(/\.[jt]s$/, '.d.ts'));
    const whole = /^export \* as (\w+)/.exec(statement)?.[1];
    if (/^(import|export) /.test(statement) && target !== undefined) {
      if (whole !== undefined) namespaces.set(whole, target);
      else
        for (const [given, name] of namesIn(statement))
          (statement.startsWith('import') ? imports : exports).set(given, { file: target, name });
      continue;
    }
    const name = declaredName(statement);
    if (name !== undefined) texts.set(name, `${texts.get(name) ?? ''}${withoutPrivate(statement)}\n`);
  }
  return { texts, imports, exports, namespaces };
}

/** Names a declaration mentions, and those it takes from a file in place. */
export function mentioned(text: string): readonly string[] {
  return text.replace(strings, '').match(/\b[A-Za-z_]\w*\b/g) ?? [];
}
export function takenInPlace(file: string, text: string): readonly Reference[] {
  return [...text.matchAll(/import\(['"](\.[^'"]+)['"]\)\.(\w+)/g)].map(([, from = '', name = '']) => ({
    file: join(dirname(file), from.replace(/\.[jt]s$/, '.d.ts')),
    name,
  }));
}

const strings = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

function withoutComments(text: string): string {
  const pattern = new RegExp(`(${strings.source})|/\\*[\\s\\S]*?\\*/|//.*$`, 'gm');
  return text.replace(pattern, (_whole, string: string | undefined) => string ?? '');
}

function statements(code: string): readonly string[] {
  return code
    .split(/^(?=[a-z])/m)
    .map((statement) => statement.replace(/^\s*\n/gm, '').trimEnd())
    .filter((statement) => statement !== '');
}

function declaredName(statement: string): string | undefined {
  const keywords = 'const|let|function|class|interface|type|enum|namespace';
  return new RegExp(`^(?:export )?(?:declare )?(?:abstract )?(?:${keywords}) (\\w+)`).exec(statement)?.[1];
}

/** The name given and the name in the other file: `{ a, type B, c as d }`. */
function namesIn(statement: string): readonly (readonly [string, string])[] {
  const list = /\{([^}]*)\}/.exec(statement)?.[1] ?? '';
  return list
    .split(',')
    .map((part) => part.trim().replace(/^type /, ''))
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', given = name] = part.split(' as ');
      return [given, name] as const;
    });
}

function withoutPrivate(statement: string): string {
  return statement.replace(/^ +(?:private |#private).*;\n/gm, '');
}
