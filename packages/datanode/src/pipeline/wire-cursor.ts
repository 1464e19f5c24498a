import { Corrupt } from '@millrace/core';

/** A part of a message's bytes: from `start` to `end` (exclusive). */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/** Walks the tags of one protobuf message without building it. @throws Corrupt where the bytes are cut or no protobuf */
export class WireCursor {
  readonly bytes: Uint8Array;
  private readonly end: number;
  private at: number;
  /** Of the last tag read. */
  private wireType = 0;

  constructor(bytes: Uint8Array, span: ByteSpan = { start: 0, end: bytes.length }) {
    this.bytes = bytes;
    this.at = span.start;
    this.end = span.end;
  }

  /** The number of the next field, 0 at the end of the message. Read or skip its value before the next call. */
  nextField(): number {
    if (this.at >= this.end) return 0;
    const tag = this.varint32();
    this.wireType = tag & 7;
    if (tag >>> 3 === 0) throw new Corrupt(`field number 0 at byte ${this.at}: not a protobuf message`);
    return tag >>> 3;
  }

  /** Where the value of the field lies: the content of a length-delimited one, the bare value of another. */
  span(): ByteSpan {
    const start = this.wireType === 2 ? this.contentStart() : this.at;
    if (this.wireType !== 2) this.skip();
    return { start, end: this.at };
  }

  skip(): void {
    switch (this.wireType) {
      case 0:
        while ((this.byte() & 0x80) !== 0);
        return;
      case 1:
        this.advance(8);
        return;
      case 2:
        this.contentStart();
        return;
      case 5:
        this.advance(4);
        return;
      default:
        throw new Corrupt(`wire type ${this.wireType} at byte ${this.at}: Milvus' messages have none such`);
    }
  }

  text(): string {
    const { start, end } = this.span();
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + start, end - start).toString('utf8');
  }

  /** An int64 field. */
  int64(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return BigInt.asIntN(64, value);
    }
    throw new Corrupt(`varint of more than 10 bytes before byte ${this.at}`);
  }

  /** A varint of at most 32 bits: enumerations, tags and lengths. */
  varint32(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value >>> 0;
    }
    throw new Corrupt(`varint of more than 10 bytes before byte ${this.at}`);
  }

  private contentStart(): number {
    const length = this.varint32();
    const start = this.at;
    this.advance(length);
    return start;
  }

  private advance(bytes: number): void {
    this.at += bytes;
    if (this.at > this.end) throw new Corrupt(`message ends before byte ${this.at}: it was cut`);
  }

  private byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined || this.at >= this.end)
      throw new Corrupt(`message ends at byte ${this.at}: it was cut`);
    this.at++;
    return byte;
  }
}
