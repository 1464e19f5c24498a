import { copyWords } from '@millrace/core';
import type { Slab } from '../meta/slab.ts';

/** Bytes that may be written, not used, behind the end. */
const writeAhead = 16;

/** A piece of an answer. Whoever writes into it knows that there is room. */
export class AnswerBuffer {
  readonly room: number;
  readonly bytes: Buffer;
  readonly view: DataView;
  at = 0;

  constructor(room: number) {
    this.room = room;
    this.bytes = Buffer.allocUnsafeSlow(room + writeAhead);
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

  copy(from: Slab, start: number, end: number): void {
    this.at = copyWords(this.view, this.at, from.view, start, end);
  }

  /** Begins a nested message; the result is for `close`. */
  open(tag: number): number {
    this.bytes[this.at] = tag;
    // Its length mostly takes two bytes.
    this.at += 3;
    return this.at;
  }

  close(start: number): void {
    this.at = this.lengthOf(start, this.at);
  }

  /** Writes the length of a message that lies between `start` and `end`, and returns where it ends now. */
  lengthOf(start: number, end: number): number {
    const length = end - start;
    if (length >= 0x80 && length < 0x4000) {
      this.bytes[start - 2] = (length & 0x7f) | 0x80;
      this.bytes[start - 1] = length >>> 7;
      return end;
    }
    return this.unusualLength(start, end);
  }

  private unusualLength(start: number, end: number): number {
    const length = end - start;
    const lengthBytes = length < 0x80 ? 1 : length < 0x20_0000 ? 3 : length < 0x1000_0000 ? 4 : 5;
    this.bytes.copyWithin(start - 2 + lengthBytes, start, end);
    this.at = start - 2;
    this.varint(length);
    return this.at + length;
  }
}
