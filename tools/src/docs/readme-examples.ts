import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspace } from '../tidy/packages.ts';

/** The TypeScript blocks of a package's README. */
export function examplesOf(name: string): readonly string[] {
  return [...readme(name).matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
}

/** What the README says to install for them; the package itself where it says nothing. */
export function installsOf(name: string): readonly string[] {
  const line = /^npm install (.+)$/m.exec(readme(name))?.[1];
  return line === undefined ? [`@millrace/${name}`] : line.split(' ');
}

/** What `console.log(…); // text` lines promise, in order; a promise that is prose begins with `the `. */
export function promised(code: string): readonly string[] {
  return [...code.matchAll(/^\s*console\.log\(.*\); \/\/ (.+)$/gm)]
    .map((match) => match[1] ?? '')
    .filter((text) => !text.startsWith('the '));
}

function readme(name: string): string {
  return readFileSync(join(workspace, 'packages', name, 'README.md'), 'utf8');
}
