/** Walks protobuf fields in place: no objects, no BigInt per value. Throws RangeError where the bytes end early or make no sense. */
export class WireScanner {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;
  /** The low and high word of the last varint. */
  low = 0;
  high = 0;

  constructor(bytes: Uint8Array, from = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  get more(): boolean {
    return this.at < this.end;
  }

  /** Reads a varint into `low` and `high`, both unsigned. */
  varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.at < this.end ? this.bytes[this.at] : undefined;
      if (byte === undefined) throw new RangeError('message ends within a number');
      this.at++;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw new RangeError('number longer than ten bytes');
  }

  /** Reads a tag, a length or a small number. */
  uint32(): number {
    this.varint();
    return this.low;
  }

  uint64(): bigint {
    this.varint();
    return (BigInt(this.high) << 32n) | BigInt(this.low);
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  /** Reads the length of a nested field and returns where the field ends. */
  nestedEnd(): number {
    const end = this.uint32() + this.at;
    if (this.high !== 0 || end > this.end) throw new RangeError('field is longer than its message');
    return end;
  }

  skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 1) this.at += 8;
    else if (wireType === 2) this.at = this.nestedEnd();
    else if (wireType === 5) this.at += 4;
    else throw new RangeError(`wire type ${wireType} is not supported`);
    if (this.at > this.end) throw new RangeError('message ends within a field');
  }
}
