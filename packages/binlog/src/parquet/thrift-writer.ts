/** Type codes of Thrift's compact protocol, as far as Parquet metadata uses them. */
export const thriftType = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
} as const;

/** Writes Parquet metadata in Thrift's compact protocol. Values are integers below 2^53. */
export class ThriftWriter {
  readonly #bytes: number[] = [];
  readonly #outer: number[] = [];
  #lastField = 0;

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  i32(field: number, value: number): this {
    this.#field(field, thriftType.i32);
    return this.#zigzag(value);
  }

  i64(field: number, value: number): this {
    this.#field(field, thriftType.i64);
    return this.#zigzag(value);
  }

  i8(field: number, value: number): this {
    this.#field(field, thriftType.byte);
    this.#bytes.push(value & 0xff);
    return this;
  }

  bool(field: number, value: boolean): this {
    return this.#field(field, value ? thriftType.true : thriftType.false);
  }

  text(field: number, value: string): this {
    this.#field(field, thriftType.binary);
    return this.#text(value);
  }

  struct(field: number, body: (writer: this) => void): this {
    this.#field(field, thriftType.struct);
    return this.element(body);
  }

  /** A struct that stands alone or in a list: without a field header. */
  element(body: (writer: this) => void): this {
    this.#outer.push(this.#lastField);
    this.#lastField = 0;
    body(this);
    this.#bytes.push(0);
    this.#lastField = this.#outer.pop() ?? 0;
    return this;
  }

  structs(field: number, bodies: readonly ((writer: this) => void)[]): this {
    this.#list(field, thriftType.struct, bodies.length);
    for (const body of bodies) this.element(body);
    return this;
  }

  i32s(field: number, values: readonly number[]): this {
    this.#list(field, thriftType.i32, values.length);
    for (const value of values) this.#zigzag(value);
    return this;
  }

  texts(field: number, values: readonly string[]): this {
    this.#list(field, thriftType.binary, values.length);
    for (const value of values) this.#text(value);
    return this;
  }

  /** Lists of metadata here have fewer than 15 elements, which the short form holds. */
  #list(field: number, type: number, size: number): void {
    this.#field(field, thriftType.list);
    this.#bytes.push((size << 4) | type);
  }

  #field(field: number, type: number): this {
    this.#bytes.push(((field - this.#lastField) << 4) | type);
    this.#lastField = field;
    return this;
  }

  #text(value: string): this {
    const utf8 = Buffer.from(value, 'utf8');
    this.#varint(utf8.length);
    this.#bytes.push(...utf8);
    return this;
  }

  #zigzag(value: number): this {
    this.#varint(value < 0 ? -2 * value - 1 : 2 * value);
    return this;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes.push(rest);
  }
}
