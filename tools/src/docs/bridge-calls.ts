import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workspace as root } from '../tidy/packages.ts';
import type { DescribedCall } from './interface.ts';
import { kebab } from './kebab.ts';
import { meaningBefore } from './meaning.ts';

const implementedIn = 'packages/rootcoord-bridge/src/data-coord-bridge.ts';

export const bridgeTitle = 'The bridge of a RootCoord';

/** What a RootCoord calls on its bridge, from the class: no messages, but parameters and a value. */
export function bridgeCalls(): readonly DescribedCall[] {
  const text = readFileSync(join(root, implementedIn), 'utf8');
  const methods = text.matchAll(
    /^ {2}(?:async )?(setDataCoord|call\w+)\(([\s\S]*?)\): Promise<(.*)> \{$([\s\S]*?)^ {2}\}$/gm,
  );
  return Array.from(methods, ({ index, 1: name = '', 2: parameters = '', 3: answer = '', 4: body = '' }) => ({
    service: bridgeTitle,
    name,
    request: shown(parameters),
    answer,
    meaning: meaningBefore(text.slice(0, index)),
    implementedIn,
    refusals: refusalsIn(body + caughtBy(body, text)),
    provedIn: testOf(name),
  }));
}

/** The file named after a function, if it calls it. */
function testOf(name: string): string | undefined {
  const path = join(dirname(implementedIn), `${kebab(name)}.test.ts`);
  if (!existsSync(join(root, path))) return undefined;
  return readFileSync(join(root, path), 'utf8').includes(`.${name}(`) ? path : undefined;
}

/** Without what every call has, and on one line. */
function shown(parameters: string): string {
  return parameters
    .replace(/\b(options|signal): [^=]*?(= \{\})?,?\s*$/, '')
    .replace(/\s+/g, ' ')
    .replace(/,\s*$/, '')
    .trim();
}

/** The function that a method leaves an error of its call to. */
function caughtBy(body: string, text: string): string {
  const name = /\.catch\((\w+)\)/.exec(body)?.[1];
  return name === undefined
    ? ''
    : (new RegExp(`^function ${name}\\([\\s\\S]*?^\\}`, 'm').exec(text)?.[0] ?? '');
}

/** The texts of the interface: of a failing status, of what the bridge finds itself, and of a panic. */
function refusalsIn(body: string): readonly string[] {
  const all = (pattern: RegExp, told: (text: string) => string) =>
    Array.from(body.matchAll(pattern), ([, text = '']) => told(text.replace(/\$\{[^}]*\}/g, '…')));
  return [
    ...all(/requireSuccess\([^;]*'([^']*)'\);/g, (words) => `the status' code: ${words}…`),
    ...all(/errorOfKind\(\s*'not-found',\s*`([^`]*)`/g, (text) => `NotFound: ${text}`),
    ...all(/errorOfKind\(error\.kind, `([^`]*)`/g, (text) => `the failure's kind: ${text}`),
    ...all(/panicsAsErrors\('([^']*)'/g, (words) => `Internal: ${words} panic, msg = …`),
    ...all(/: '([^']* panic)'/g, (text) => `UnexpectedError: ${text}`),
  ];
}
