import { Invalid } from '@millrace/core';

type ValueOf<Name extends string> = Name extends `${string}ID` | 'timestamp' ? bigint : string;
type NameOf<Placeholder extends string> = Placeholder extends `+${infer Name}` ? Name : Placeholder;
type Collect<Template extends string> = Template extends `${string}{${infer Placeholder}}${infer Rest}`
  ? { readonly [N in NameOf<Placeholder>]: ValueOf<N> } & Collect<Rest>
  : unknown;

/** The parts a key template such as `s/{collectionID}/{name}` takes and gives back. */
export type ParamsOf<Template extends string> = {
  readonly [Name in keyof Collect<Template>]: Collect<Template>[Name];
};

type Params = { readonly [name: string]: string | bigint };

export interface KeyTemplate {
  readonly build: (params?: Params) => string;
  /** The parts of a key of this shape, else undefined. `build` of them gives the same key. */
  parse(key: string): Params | undefined;
}

const placeholder = /\{(\+?)(\w+)\}/g;

/** One template makes both directions, so that what is written can be read. */
export function compile(template: string): KeyTemplate {
  const names = [...template.matchAll(placeholder)].map(([_text, _plus, name = '']) => name);
  const pattern = new RegExp(`^${patternOf(template)}$`);
  return {
    build: names.length === 0 ? () => template : (params = {}) => fill(template, params),
    parse(key) {
      const match = pattern.exec(key);
      if (match === null) return undefined;
      const params: Record<string, string | bigint> = {};
      for (const [at, name] of names.entries()) {
        const text = match[at + 1] ?? '';
        params[name] = isInteger(name) ? BigInt(text) : text;
      }
      return params;
    },
  };
}

function fill(template: string, params: Params): string {
  return template.replace(placeholder, (_text, plus: string, name: string) => {
    const value = params[name];
    const text = value === undefined ? '' : String(value);
    if (text === '' || (plus === '' && text.includes('/')))
      throw new Invalid(`"${text}" cannot be the ${name} of a key: it is empty or holds a slash`);
    return text;
  });
}

function patternOf(template: string): string {
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  let pattern = '';
  let end = 0;
  for (const match of template.matchAll(placeholder)) {
    const [text, plus = '', name = ''] = match;
    pattern += literal(template.slice(end, match.index)) + capture(plus, name);
    end = match.index + text.length;
  }
  return pattern + literal(template.slice(end));
}

function capture(plus: string, name: string): string {
  if (plus === '+') return '(.+)';
  // Without leading zeros, so that a key has one spelling.
  if (isInteger(name)) return '(0|-?[1-9][0-9]*)';
  if (name === 'role') return '([a-z]+)';
  return '([^/]+)';
}

function isInteger(name: string): boolean {
  return name.endsWith('ID') || name === 'timestamp';
}
