import { Corrupt } from '@millrace/core';
import { thriftType } from './thrift-writer.ts';

export type ThriftValue = number | boolean | Uint8Array | readonly ThriftValue[] | ThriftStruct;

/** Fields of a struct by their numbers. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

/** Parquet's metadata is less than half as deep. */
const depthMax = 16;

/** Reads structs in Thrift's compact protocol. Everything it returns is smaller than what it read. @throws Corrupt */
export class ThriftReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Offset of the next byte. */
  get position(): number {
    return this.#at;
  }

  struct(depth = 0): ThriftStruct {
    if (depth > depthMax) throw damaged('is nested too deeply');
    const fields = new Map<number, ThriftValue>();
    let field = 0;
    for (;;) {
      const head = this.#byte();
      if (head === 0) return fields;
      const delta = head >> 4;
      field = delta === 0 ? this.#integer() : field + delta;
      fields.set(field, this.#value(head & 15, depth));
    }
  }

  #value(type: number, depth: number): ThriftValue {
    switch (type) {
      case thriftType.true:
        return true;
      case thriftType.false:
        return false;
      default:
        return this.#element(type, depth);
    }
  }

  #element(type: number, depth: number): ThriftValue {
    switch (type) {
      case thriftType.true:
      case thriftType.false:
        return this.#byte() === 1;
      case thriftType.byte:
        return (this.#byte() << 24) >> 24;
      case thriftType.i16:
      case thriftType.i32:
      case thriftType.i64:
        return this.#integer();
      case thriftType.double:
        return this.#double();
      case thriftType.binary:
        return this.#take(this.#varint());
      case thriftType.list:
      case thriftType.set:
        return this.#list(depth);
      case thriftType.struct:
        return this.struct(depth + 1);
      default:
        throw damaged(`has a value of type ${type}`);
    }
  }

  #list(depth: number): readonly ThriftValue[] {
    if (depth > depthMax) throw damaged('is nested too deeply');
    const head = this.#byte();
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    // An element takes at least a byte.
    if (size > this.#end - this.#at) throw damaged(`has a list of ${size} elements`);
    const elements: ThriftValue[] = [];
    for (let i = 0; i < size; i++) elements.push(this.#element(head & 15, depth + 1));
    return elements;
  }

  #double(): number {
    const bytes = this.#take(8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
  }

  #integer(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #varint(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 0x80) {
      const byte = this.#byte();
      value += (byte & 0x7f) * unit;
      if (value > Number.MAX_SAFE_INTEGER || unit > 2 ** 56) throw damaged('has a number above 2^53');
      if (byte < 0x80) return value;
    }
  }

  #take(length: number): Uint8Array {
    if (length > this.#end - this.#at) throw damaged('is cut');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #byte(): number {
    if (this.#at >= this.#end) throw damaged('is cut');
    return this.#bytes[this.#at++] ?? 0;
  }
}

/** A required integer field. @throws Corrupt when it is absent or outside [min, max] */
export function integerField(struct: ThriftStruct, field: number, min: number, max: number): number {
  const value = struct.get(field);
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw damaged(`lacks a sound integer in field ${field}`);
}

/** An integer field, or undefined when it is absent. @throws Corrupt when it is something else */
export function optionalInteger(struct: ThriftStruct, field: number): number | undefined {
  const value = struct.get(field);
  if (value === undefined || typeof value === 'number') return value;
  throw damaged(`has no integer in field ${field}`);
}

/** A struct field, or undefined when it is absent or something else. */
export function optionalStruct(struct: ThriftStruct, field: number): ThriftStruct | undefined {
  const value = struct.get(field);
  return isStruct(value) ? value : undefined;
}

/** A required struct field. @throws Corrupt */
export function structField(struct: ThriftStruct, field: number): ThriftStruct {
  const value = optionalStruct(struct, field);
  if (value === undefined) throw damaged(`lacks the struct in field ${field}`);
  return value;
}

/** A required list of structs. @throws Corrupt */
export function structList(struct: ThriftStruct, field: number): readonly ThriftStruct[] {
  const value = struct.get(field);
  if (Array.isArray(value) && value.every(isStruct)) return value;
  throw damaged(`lacks the list in field ${field}`);
}

function isStruct(value: ThriftValue | undefined): value is ThriftStruct {
  return value instanceof Map;
}

function damaged(what: string): Corrupt {
  return new Corrupt(`Parquet metadata ${what}: the binlog is damaged`);
}
