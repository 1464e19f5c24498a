import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A name of one declaration file. */
export interface Reference {
  readonly file: string;
  readonly name: string;
}

/**
 * A declaration file of the compiler, or a formatted source, taken apart. Their layout is regular: a statement begins at the start of a line, and
 * what it contains is indented.
 */
export interface Declarations {
  /** What each name declares, overloads and merged namespaces together, with docstrings, without other comments and private members. */
  readonly texts: ReadonlyMap<string, string>;
  /** Where names come from that other files declare. */
  readonly imports: ReadonlyMap<string, Reference>;
  /** What the file passes on by name, by the name it gives. */
  readonly exports: ReadonlyMap<string, Reference>;
  /** Whole files it passes on, by the name it gives. */
  readonly namespaces: ReadonlyMap<string, string>;
}

export function readDeclarations(file: string): Declarations {
  const code = withoutComments(readFileSync(file, 'utf8'), 'but docstrings');
  const texts = new Map<string, string>();
  const imports = new Map<string, Reference>();
  const exports = new Map<string, Reference>();
  const namespaces = new Map<string, string>();
  for (const statement of statements(code)) {
    const from = /\bfrom ['"](\.[^'"]+)['"];$/.exec(statement)?.[1];
    const target = from === undefined ? undefined : join(dirname(file), besides(file, from));
    const bare = statement.replace(leadingDocstring, '');
    const whole = /^export \* as (\w+)/.exec(bare)?.[1];
    if (/^(import|export) /.test(bare) && target !== undefined) {
      if (whole !== undefined) namespaces.set(whole, target);
      else
        for (const [given, name] of namesIn(bare))
          (bare.startsWith('import') ? imports : exports).set(given, { file: target, name });
      continue;
    }
    const name = declaredName(bare);
    if (name !== undefined)
      texts.set(name, `${texts.get(name) ?? ''}${statement.replace(privateMembers, '')}\n`);
  }
  return { texts, imports, exports, namespaces };
}

/** Names a declaration mentions, and those it takes from a file in place. */
export function mentioned(text: string): readonly string[] {
  const code = withoutComments(text).replace(strings, '');
  return code.match(/\b[A-Za-z_]\w*\b/g) ?? [];
}
export function takenInPlace(file: string, text: string): readonly Reference[] {
  return [...text.matchAll(/import\(['"](\.[^'"]+)['"]\)\.(\w+)/g)].map(([, from = '', name = '']) => ({
    file: join(dirname(file), besides(file, from)),
    name,
  }));
}

/** The docstring that a declaration begins with, on one line, without its stars; undefined where there is none. */
export function docstringOf(text: string): string | undefined {
  const comment = leadingDocstring.exec(text)?.[1];
  return comment
    ?.replace(/^\s*\* ?/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

const docstring = '/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/';
const leadingDocstring = new RegExp(`^${docstring}\\n`);
const trailingDocstring = new RegExp(`^${docstring}\\n(?![\\s\\S])`, 'm');
const outerDocstrings = new RegExp(`^${docstring}\\s*`, 'gm');
const privateMembers = new RegExp(`^(?: +${docstring}\\n)? +(?:private |#private).*;\\n`, 'gm');

/** Declarations point to declarations, sources to sources. */
function besides(file: string, from: string): string {
  return from.replace(/\.[jt]s$/, file.endsWith('.d.ts') ? '.d.ts' : '.ts');
}

const strings = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

function withoutComments(text: string, which: 'all' | 'but docstrings' = 'all'): string {
  const pattern = new RegExp(`(${strings.source})|/\\*[\\s\\S]*?\\*/|//.*$`, 'gm');
  return text.replace(pattern, (whole, string: string | undefined) => {
    if (string !== undefined) return string;
    return which === 'but docstrings' && whole.startsWith('/**') ? whole : '';
  });
}

/** Each with the docstring above it. */
function statements(code: string): readonly string[] {
  return code
    .split(/^(?=[a-z])/m)
    .map((part, at, parts) => {
      // A docstring does not begin as statements do: it ended up behind the one before.
      const above = trailingDocstring.exec(parts[at - 1] ?? '')?.[0] ?? '';
      return `${above}${part.replace(outerDocstrings, '')}`;
    })
    .map((statement) => statement.replace(/^\s*\n/gm, '').trimEnd())
    .filter((statement) => statement !== '');
}

function declaredName(statement: string): string | undefined {
  const keywords = 'const|let|(?:async )?function\\*?|class|interface|type|enum|namespace';
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
