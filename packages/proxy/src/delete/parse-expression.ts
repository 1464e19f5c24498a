import { dataTypes, Invalid } from '@millrace/core';
import type { schema } from '@millrace/proto';
import { excerpt } from './excerpt.ts';
import { parseStringLiteral } from './string-literal.ts';

/** Keys of a delete are listed, at most so many. */
const keysMax = 100_000;

/**
 * The keys an expression names: `key in [1, 2]` or `key == 1`, strings in single or double quotes. Throws Invalid for every other
 * expression: rows cannot be looked up here. Its time grows with the length of the expression, whatever is in it.
 */
export function parseDeleteExpression(text: string, primaryKey: schema.FieldSchema): schema.IDs {
  const match = /^\s*([A-Za-z_$][\w$]*)\s*(==|in\b)([\s\S]*)$/i.exec(text);
  const usage = `write '${primaryKey.name} in [...]' or '${primaryKey.name} == ...'`;
  if (match === null) throw new Invalid(`cannot delete by '${excerpt(text)}': ${usage}`);
  const [, field = '', operator = '', rest = ''] = match;
  if (field !== primaryKey.name)
    throw new Invalid(`cannot delete by field ${excerpt(field)}, only by the primary key: ${usage}`);
  const literals = operator === '==' ? [rest.trim()] : listOf(rest.trim(), usage);
  if (primaryKey.dataType === dataTypes.int64) {
    return {
      idField: { $case: 'intId', value: { data: literals.map((literal) => integer(literal, usage)) } },
    };
  }
  return {
    idField: { $case: 'strId', value: { data: literals.map(parseStringLiteral) } },
  };
}

function listOf(text: string, usage: string): string[] {
  if (!text.startsWith('[') || !text.endsWith(']'))
    throw new Invalid(`'${excerpt(text)}' is no list: ${usage}`);
  const inner = text.slice(1, -1).trim();
  if (inner === '') return [];
  const items: string[] = [];
  for (let start = 0; start <= inner.length; ) {
    const end = endOfItem(inner, start);
    const item = inner.slice(start, end).trim();
    if (item === '') throw new Invalid(`'${excerpt(text)}' has a comma too many: ${usage}`);
    if (items.push(item) > keysMax)
      throw new Invalid(`a delete names at most ${keysMax} keys, this one more: send several`);
    start = end + 1;
  }
  return items;
}

/** Where the comma behind an item is, or the end. Commas in quotes belong to the item. */
function endOfItem(text: string, start: number): number {
  let quote: string | undefined;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (quote !== undefined) {
      if (character === '\\') at++;
      else if (character === quote) quote = undefined;
    } else if (character === ',') return at;
    else if (character === '"' || character === "'") quote = character;
  }
  return text.length;
}

const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

function integer(literal: string, usage: string): bigint {
  const match = /^([+-]?)0*(\d+)$/.exec(literal);
  if (match === null) throw new Invalid(`'${excerpt(literal)}' is no integer: ${usage}`);
  const [, sign = '', digits = ''] = match;
  const value = digits.length > 19 ? undefined : BigInt(digits) * (sign === '-' ? -1n : 1n);
  if (value === undefined || value < int64Min || value > int64Max)
    throw new Invalid(`${excerpt(literal)} does not fit 64 bits: ${usage}`);
  return value;
}
