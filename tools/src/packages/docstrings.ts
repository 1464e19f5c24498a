import { join, relative } from 'node:path';
import { workspace } from '../tidy/packages.ts';
import { docstringOf, type Reference, readDeclarations } from './declarations.ts';
import { manifestOf, published } from './published.ts';

/** A name that somebody who imports a package can use. */
export interface ExportedName {
  readonly name: string;
  /** Where it is declared, from the root of the repository. */
  readonly file: string;
  readonly docstring: string | undefined;
  /** Kinds of errors that it throws itself, where it is a function. */
  readonly throws: readonly string[];
}

const kinds = 'Invalid|NotFound|Conflict|Fenced|Unavailable|Exhausted|Corrupt|Internal';
const thrown = new RegExp(`throw new (${kinds})\\(`, 'g');
const isFunction = /^export (async )?function\b/m;

/** All names that the exports of all packages reach, from the sources; messages, which `proto/` describes, are not told one by one. */
export function exportedNames(): readonly ExportedName[] {
  const entries = published.flatMap((folder) =>
    Object.values(manifestOf(folder).exports).map((conditions) =>
      join(workspace, 'packages', folder, conditions['millrace-source'] ?? ''),
    ),
  );
  const found = entries.flatMap((entry) => exportedNamesOf(entry));
  return [...new Map(found.map((each) => [`${each.file} ${each.name}`, each])).values()];
}

/** The names that one entry of a package exports. */
export function exportedNamesOf(entry: string): readonly ExportedName[] {
  return exportsOf(entry).map((reference) => {
    const { file, name } = declaring(reference);
    const text = readDeclarations(file).texts.get(name) ?? '';
    const throws = isFunction.test(text) ? [...text.matchAll(thrown)].map(([, kind = '']) => kind) : [];
    return { name, file: relative(workspace, file), docstring: docstringOf(text), throws };
  });
}

/** An entry passes on what others declare, or declares what it exports. */
function exportsOf(file: string): readonly Reference[] {
  const { exports, texts } = readDeclarations(file);
  const own = [...texts].filter(([, text]) => /^export /m.test(text)).map(([name]) => ({ file, name }));
  return [...exports.values(), ...own];
}

function declaring(reference: Reference): Reference {
  const { texts, exports, imports } = readDeclarations(reference.file);
  if (texts.has(reference.name)) return reference;
  const passedOn = exports.get(reference.name) ?? imports.get(reference.name);
  return passedOn === undefined ? reference : declaring(passedOn);
}
