import type { Slab } from '../meta/slab.ts';

/** Bytes that may be written, not used, behind the end. */
const writeAhead = 16;

/** Bytes of an answer, written in one go. The caller knows an upper bound of them: room that is never written costs nothing. */
export class AnswerBuffer {
  readonly bytes: Buffer;
  readonly view: DataView;
  at = 0;

  constructor(bytesMax: number) {
    this.bytes = Buffer.allocUnsafeSlow(bytesMax + writeAhead);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  }

  get written(): Buffer {
    return this.bytes.subarray(0, this.at);
  }

  byte(byte: number): void {
    this.bytes[this.at++] = byte;
  }

  /** Below 2^53. */
  varint(value: number): void {
    while (value >= 0x80) {
      this.bytes[this.at++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.bytes[this.at++] = value;
  }

  put(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Eight bytes at a time, the last ones too: a call of `set` for a few bytes takes longer than copying them. */
  copy(from: Slab, start: number, end: number): void {
    const { view } = from;
    let at = this.at;
    for (let source = start; source < end; source += 8, at += 8)
      this.view.setBigInt64(at, view.getBigInt64(source, true), true);
    this.at += end - start;
  }

  /** Begins a nested message; the result is for `close`. */
  open(tag: number): number {
    this.bytes[this.at] = tag;
    // Its length mostly takes two bytes.
    this.at += 3;
    return this.at;
  }

  close(start: number): void {
    const length = this.at - start;
    if (length >= 0x80 && length < 0x4000) {
      this.bytes[start - 2] = (length & 0x7f) | 0x80;
      this.bytes[start - 1] = length >>> 7;
      return;
    }
    const lengthBytes = length < 0x80 ? 1 : length < 0x20_0000 ? 3 : length < 0x1000_0000 ? 4 : 5;
    this.bytes.copyWithin(start - 2 + lengthBytes, start, this.at);
    this.at = start - 2;
    this.varint(length);
    this.at += length;
  }
}
