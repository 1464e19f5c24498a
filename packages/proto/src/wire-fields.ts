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
    const { bytes, end } = this;
    let at = this.valueEnd;
    this.start = at;
    if (at >= end) return false;
    let tag = bytes[at++] ?? 0;
    if (tag >= 0x80) {
      tag = this.uint32(this.start);
      at = this.behindVarint(at);
    }
    this.number = tag >>> 3;
    this.wireType = tag & 7;
    this.valueStart = at;
    switch (this.wireType) {
      case 0:
        // Most numbers are short: only a byte that says so is followed by more.
        if ((bytes[at++] ?? 0) >= 0x80) at = this.behindVarint(at);
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        let length = bytes[at++] ?? 0;
        if (length >= 0x80) {
          length = this.uint32(this.valueStart);
          at = this.behindVarint(at);
        }
        this.valueStart = at;
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new Corrupt(
          `wire type ${this.wireType} at byte ${this.start}: Milvus' messages have none such`,
        );
    }
    this.valueEnd = at;
    if (this.number === 0 || at > end)
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

  /** Where a number ends that goes on at `at`, behind its first byte. */
  private behindVarint(at: number): number {
    const { bytes } = this;
    const last = Math.min(this.end, at + varintBytesMax - 1);
    while (at < last) if ((bytes[at++] ?? 0) < 0x80) return at;
    throw new Corrupt(`no whole number before byte ${at}: the message is cut, or none`);
  }
}

/** Of a number of 64 bits. */
const varintBytesMax = 10;

/** Two words become a bigint without arithmetic on bigints. */
const quad = new BigUint64Array(1);
const words = new Int32Array(quad.buffer);
