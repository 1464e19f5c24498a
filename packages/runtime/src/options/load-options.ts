import { Invalid } from '@millrace/core';
import { parse } from 'yaml';
import { type OptionDefinition, type OptionKey, type Options, optionTable } from './option-table.ts';

/** Where values of options are looked for. What is missing has none: with nothing at all, every option has its default. */
export interface OptionSources {
  /** Text of a milvus.yaml. */
  readonly yaml?: { readonly text: string; readonly path: string };
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Values given on the command line, by key. They win over all others. */
  readonly flags?: Readonly<Record<string, string>>;
}

interface Found {
  readonly value: string;
  readonly source: string;
}

/**
 * The value of every option: flag, else environment, else yaml, else default. Keys are compared as Milvus does: without case, `.`, `_`, `/`
 * and a leading `milvus`. Throws Invalid naming key, value and source of the first value that is not what the option takes; unknown flags are
 * Invalid too, unknown yaml keys and variables are other roles' and left alone. Source: spec datacoord §13.1.
 */
export function loadOptions(sources: OptionSources): Options {
  const found = new Map<string, Found>();
  if (sources.yaml !== undefined) collectYaml(sources.yaml.text, sources.yaml.path, found);
  const known = new Map(optionKeys().map((key) => [normal(key), key]));
  for (const [name, value] of Object.entries(sources.env ?? {})) {
    if (value !== undefined && known.has(normal(name))) {
      found.set(normal(name), { value, source: `environment variable ${name}` });
    }
  }
  for (const [key, value] of Object.entries(sources.flags ?? {})) {
    if (!known.has(normal(key)))
      throw new Invalid(`there is no option ${key}: see docs/configuration.md for all`);
    found.set(normal(key), { value, source: 'command line' });
  }
  const values: Record<string, unknown> = {};
  for (const key of optionKeys()) values[key] = read(key, optionTable[key], found.get(normal(key)));
  // One value of the declared type for each key of the table, which a type cannot follow through the loop.
  return values as Options;
}

/** All options, in the order of the table, which is that of the documentation. */
export function optionKeys(): OptionKey[] {
  return Object.keys(optionTable) as OptionKey[];
}

/** The environment variable of an option: `dataCoord.port` is DATACOORD_PORT. */
export function environmentName(key: OptionKey): string {
  return key.replaceAll('.', '_').toUpperCase();
}

function normal(key: string): string {
  return key
    .toLowerCase()
    .replace(/^milvus\./, '')
    .replace(/[._/]/g, '');
}

function collectYaml(text: string, path: string, found: Map<string, Found>): void {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw new Invalid(`${path} is not valid YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (document === null || document === undefined) return;
  if (typeof document !== 'object' || Array.isArray(document))
    throw new Invalid(`${path} must be a mapping of keys`);
  flatten('', document, (key, value) => found.set(normal(key), { value, source: path }));
}

function flatten(prefix: string, node: object, put: (key: string, value: string) => void): void {
  for (const [name, value] of Object.entries(node)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (Array.isArray(value)) put(key, value.join(','));
    else if (typeof value === 'object' && value !== null) flatten(key, value, put);
    else if (value !== null && value !== undefined) put(key, String(value));
  }
}

function read(key: string, definition: OptionDefinition, found: Found | undefined): unknown {
  if (found === undefined) return definition.default;
  const { value, source } = found;
  const wrong = (wanted: string) => new Invalid(`${key} is '${value}' (${source}): it takes ${wanted}`);
  switch (definition.type) {
    case 'text':
      return value;
    case 'choice':
      if (!definition.choices.includes(value)) throw wrong(`one of ${definition.choices.join(', ')}`);
      return value;
    case 'boolean':
      if (value !== 'true' && value !== 'false') throw wrong('true or false');
      return value === 'true';
    case 'number': {
      const parsed = Number(value);
      if (
        value.trim() === '' ||
        !Number.isFinite(parsed) ||
        parsed < definition.min ||
        parsed > definition.max
      ) {
        throw wrong(`a number from ${definition.min} to ${definition.max}`);
      }
      return parsed;
    }
  }
}
