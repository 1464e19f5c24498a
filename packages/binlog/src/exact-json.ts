import { Corrupt } from '@millrace/core';

/** Any JSON value, integers as bigint: they may exceed 2^53. Other numbers stay numbers. */
export type ExactJson =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly ExactJson[]
  | { readonly [key: string]: ExactJson };

/** Digits of the longest 64-bit integer and its sign; a longer number is no integer of Milvus. */
const integer = /^-?\d{1,20}$/;

/** Parses JSON without rounding integers. @param what names the document in the error. @throws Corrupt when it is no JSON */
export function parseExact(text: string, what: string): ExactJson {
  try {
    return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
      const source = context?.source;
      return typeof value === 'number' && source !== undefined && integer.test(source)
        ? BigInt(source)
        : value;
    });
  } catch (cause) {
    throw new Corrupt(`${what} is not JSON: it must be written again`, { cause });
  }
}

/** Whether a JSON value is an object. */
export function isObject(value: ExactJson | undefined): value is { readonly [key: string]: ExactJson } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be escaped
const escaped = /["\\<>&\u0000-\u001f\u2028\u2029]/g;

/** A JSON string as Go's encoder writes it: also `<`, `>`, `&` and the two Unicode line separators are escaped. */
export function goString(text: string): string {
  return `"${text.replace(escaped, escapeChar)}"`;
}

function escapeChar(char: string): string {
  return shortEscapes.get(char) ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
