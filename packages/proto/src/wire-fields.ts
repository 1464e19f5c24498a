import { Corrupt } from '@millrace/core';

/**
 * Walks the fields of one message in place, without building it: for what is read a hundred thousand times and mostly passed on.
 * `next` throws Corrupt where the bytes are cut or no protobuf.
 */
export class WireFields {
  readonly bytes: Uint8Array;
  /** Number of the present field. */
  number = 0;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  wireType = 0;
  /** The present field with its tag: from here to `valueEnd`. */
  start: number;
  /** The present field's bare value or content: from here to `valueEnd` (exclusive). */
  valueStart: number;
  valueEnd: number;
  private end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.start = start;
    this.valueStart = start;
    this.valueEnd = start;
    this.end = end;
  }

  /** Walks another part of the same bytes. */
  move(start: number, end: number): void {
    this.start = start;
    this.valueStart = start;
    this.valueEnd = start;
    this.end = end;
  }

  /** Moves on to the next field; false behind the last one. */
  next(): boolean {
    this.start = this.valueEnd;
    if (this.start >= this.end) return false;
    let tag = this.bytes[this.start] ?? 0;
    this.valueEnd = this.start + 1;
    if (tag >= 0x80) {
      this.valueEnd = this.behindVarint(this.start);
      tag = this.uint32(this.start);
    }
    this.number = tag >>> 3;
    this.wireType = tag & 7;
    this.valueStart = this.valueEnd;
    switch (this.wireType) {
      case 0:
        this.valueEnd = this.behindVarint(this.valueStart);
        break;
      case 1:
        this.valueEnd += 8;
        break;
      case 2: {
        const length = this.uint32(this.valueStart);
        this.valueStart = this.behindVarint(this.valueStart);
        this.valueEnd = this.valueStart + length;
        break;
      }
      case 5:
        this.valueEnd += 4;
        break;
      default:
        throw new Corrupt(
          `wire type ${this.wireType} at byte ${this.start}: Milvus' messages have none such`,
        );
    }
    if (this.number === 0 || this.valueEnd > this.end)
      throw new Corrupt(`no protobuf field at byte ${this.start}: it is cut, or no message`);
    return true;
  }

  /** The present value where it fits 32 bits: enumerations, flags, counts. */
  uint32(at = this.valueStart): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[at++] ?? 0;
      if (shift < 28) value |= (byte & 0x7f) << shift;
      else value += (byte & 0x0f) * 2 ** 28;
      if (byte < 0x80) break;
    }
    return value;
  }

  uint64(): bigint {
    let low = 0;
    let middle = 0;
    let high = 0;
    let at = this.valueStart;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.bytes[at++] ?? 0;
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else if (shift < 56) middle |= (byte & 0x7f) << (shift - 28);
      else high |= (byte & 0x7f) << (shift - 56);
      if (byte < 0x80) break;
    }
    words[0] = low | (middle << 28);
    words[1] = (middle >>> 4) | (high << 24);
    return quad[0] ?? 0n;
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  text(): string {
    return Buffer.from(
      this.bytes.buffer,
      this.bytes.byteOffset + this.valueStart,
      this.valueEnd - this.valueStart,
    ).toString('utf8');
  }

  /** The content of a length-delimited field, not copied. */
  content(): Uint8Array {
    return this.bytes.subarray(this.valueStart, this.valueEnd);
  }

  /** The present field with its tag, not copied. */
  whole(): Uint8Array {
    return this.bytes.subarray(this.start, this.valueEnd);
  }

  private behindVarint(at: number): number {
    for (let length = 1; length <= 10; length++) {
      if (at >= this.end) break;
      if ((this.bytes[at++] ?? 0) < 0x80) return at;
    }
    throw new Corrupt(`no whole number before byte ${at}: the message is cut, or none`);
  }
}

/** Two words become a bigint without arithmetic on bigints. */
const quad = new BigUint64Array(1);
const words = new Int32Array(quad.buffer);
