import { join, relative } from 'node:path';
import { workspace } from '../tidy/packages.ts';
import {
  type Declarations,
  mentioned,
  type Reference,
  readDeclarations,
  takenInPlace,
} from './declarations.ts';
import { manifestOf } from './published.ts';

/** What somebody who imports the package can see, and what that rests on, in a stable order; from the declarations in its `dist`. */
export function apiOf(folder: string): string {
  const root = join(workspace, 'packages', folder);
  const { name, exports } = manifestOf(folder);
  const reader = new Reader(root);
  const sections: string[] = [];
  for (const [path, conditions] of Object.entries(exports)) {
    const types = conditions['types'];
    if (types !== undefined)
      sections.push(`// ${name}${path.slice(1)}\n\n${reader.entry(join(root, types))}`);
  }
  return sections.join('\n');
}

class Reader {
  private readonly root: string;
  private readonly files = new Map<string, Declarations>();
  private readonly shown = new Set<string>();

  constructor(root: string) {
    this.root = root;
  }

  entry(file: string): string {
    const index = this.read(file);
    // A testing entry declares what it exports; an index passes on what others declare.
    const own = [...index.texts.keys()].map((name) => ({ file, name }));
    const exported = [...index.exports.values(), ...own].map((reference) => this.declaring(reference));
    const behind = this.reachableFrom(exported);
    return [
      ...[...index.namespaces].map(([name, target]) => this.namespace(name, target)),
      ...[...index.exports].map(([given, { name }]) =>
        given === name ? '' : `export { ${name} as ${given} };\n\n`,
      ),
      this.print(exported),
      behind.length === 0 ? '' : `// Not exported by name:\n\n${this.print(behind)}`,
    ].join('');
  }

  /** A generated file has hundreds of messages, whose fields other tests hold against Milvus': here their names. */
  private namespace(name: string, file: string): string {
    const names = [...this.read(file).texts.keys()].sort();
    return `export namespace ${name} {\n${names.map((each) => `    ${each}\n`).join('')}}\n\n`;
  }

  private print(references: readonly Reference[]): string {
    const files = Map.groupBy(references, ({ file }) => file);
    return [...files]
      .toSorted(([a], [b]) => compare(a, b))
      .map(([file, inFile]) => {
        const texts = inFile
          .toSorted((a, b) => compare(a.name, b.name))
          .map((each) => `${this.text(each)}\n`);
        return `// ${relative(join(this.root, 'dist'), file).replace(/\.d\.ts$/, '')}\n${texts.join('')}`;
      })
      .join('');
  }

  /** Declarations of the same package that the given ones mention, directly or not, and that no entry has shown yet. */
  private reachableFrom(exported: readonly Reference[]): readonly Reference[] {
    for (const reference of exported) this.shown.add(this.place(reference));
    const behind: Reference[] = [];
    const queue = [...exported];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      for (const found of this.mentionedBy(next)) {
        if (this.shown.has(this.place(found))) continue;
        this.shown.add(this.place(found));
        behind.push(found);
        queue.push(found);
      }
    }
    return behind;
  }

  private mentionedBy({ file, name }: Reference): readonly Reference[] {
    const { texts, imports } = this.read(file);
    const text = this.text({ file, name });
    const named = mentioned(text).flatMap((word) => {
      const imported = imports.get(word);
      if (imported !== undefined) return [imported];
      return texts.has(word) ? [{ file, name: word }] : [];
    });
    return [...named, ...takenInPlace(file, text)].map((reference) => this.declaring(reference));
  }

  /** Follows what is passed on to where it is declared. */
  private declaring(reference: Reference): Reference {
    const { texts, exports, imports } = this.read(reference.file);
    if (texts.has(reference.name)) return reference;
    const passedOn = exports.get(reference.name) ?? imports.get(reference.name);
    return passedOn === undefined ? reference : this.declaring(passedOn);
  }

  private text({ file, name }: Reference): string {
    const text = this.read(file).texts.get(name);
    if (text === undefined) throw new Error(`${file} does not declare ${name}`);
    return text;
  }

  private place({ file, name }: Reference): string {
    return `${relative(this.root, file)} ${name}`;
  }

  private read(file: string): Declarations {
    let declarations = this.files.get(file);
    if (declarations === undefined) {
      declarations = readDeclarations(file);
      this.files.set(file, declarations);
    }
    return declarations;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
