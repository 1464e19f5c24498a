import type { AnyMethod } from '../rpc/method.ts';

/** Field numbers that requests use. */
const fieldMax = 20;
/** A request in a list in a request. */
const depth = 3;

/**
 * Bytes that any request reads without complaint, as fields of another type are passed over: each of its numbers and enums is this number, in
 * the messages within it too. @param number two's complement, as int64 has it on the wire
 */
export function numbersEverywhere(number: bigint, levels = depth): Buffer {
  const value = varint(BigInt.asUintN(64, number));
  const inner = levels > 1 ? numbersEverywhere(number, levels - 1) : Buffer.alloc(0);
  const parts: Buffer[] = [];
  for (let field = 1; field <= fieldMax; field++) {
    parts.push(tag(field, varintType), value);
    if (levels > 1) parts.push(tag(field, lengthType), varint(BigInt(inner.length)), inner);
  }
  return Buffer.concat(parts);
}

/** A request of the method whose texts, and names in lists, are all this text. */
export function textsEverywhere(method: AnyMethod, text: string): Buffer {
  const empty = method.requestDeserialize(Buffer.alloc(0));
  const filled = Object.entries(empty ?? {}).map(([name, value]) => {
    if (typeof value === 'string') return [name, text];
    return Array.isArray(value) && /(names|files)$/i.test(name) ? [name, [text]] : [name, value];
  });
  // A request of the method's own type with other texts in it.
  return method.requestSerialize(Object.fromEntries(filled) as never);
}

const varintType = 0;
const lengthType = 2;

function tag(field: number, wireType: number): Buffer {
  return varint(BigInt((field << 3) | wireType));
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
