import { dataTypes, Invalid } from '@millrace/core';
import type { schema } from '@millrace/proto';
import { parseStringLiteral } from './string-literal.ts';

/** Keys of a delete are listed, at most so many. */
const keysMax = 100_000;

/**
 * The keys an expression names: `key in [1, 2]` or `key == 1`, strings in single or double quotes. Throws Invalid for every other
 * expression: rows cannot be looked up here.
 */
export function parseDeleteExpression(text: string, primaryKey: schema.FieldSchema): schema.IDs {
  const match = /^\s*([A-Za-z_$][\w$]*)\s*(==|in\b)\s*([\s\S]*?)\s*$/i.exec(text);
  const usage = `write '${primaryKey.name} in [...]' or '${primaryKey.name} == ...'`;
  if (match === null) throw new Invalid(`cannot delete by '${text}': ${usage}`);
  const [, field = '', operator = '', rest = ''] = match;
  if (field !== primaryKey.name)
    throw new Invalid(`cannot delete by field ${field}, only by the primary key: ${usage}`);
  const literals = operator === '==' ? [rest] : listOf(rest, usage);
  if (literals.length > keysMax)
    throw new Invalid(`a delete names at most ${keysMax} keys, this one ${literals.length}: send several`);
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
  if (!text.startsWith('[') || !text.endsWith(']')) throw new Invalid(`'${text}' is no list: ${usage}`);
  const inner = text.slice(1, -1).trim();
  if (inner === '') return [];
  const items: string[] = [];
  const item = /\s*("(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|[^,'"]+?)\s*(,|$)/y;
  while (item.lastIndex < inner.length) {
    const found = item.exec(inner);
    if (found === null) throw new Invalid(`'${text}' is no list of literals: ${usage}`);
    items.push(found[1] ?? '');
    if (found[2] === '') break;
    if (item.lastIndex >= inner.length) throw new Invalid(`'${text}' ends with a comma: ${usage}`);
  }
  return items;
}

const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

function integer(literal: string, usage: string): bigint {
  if (!/^[+-]?\d+$/.test(literal)) throw new Invalid(`'${literal}' is no integer: ${usage}`);
  const value = BigInt(literal.startsWith('+') ? literal.slice(1) : literal);
  if (value < int64Min || value > int64Max) throw new Invalid(`${literal} does not fit 64 bits: ${usage}`);
  return value;
}
