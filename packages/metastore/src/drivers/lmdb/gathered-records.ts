import { kvsField } from '../../stored-page.ts';

const lengthDelimited = 2;
const lengthBytesMax = 5;

/** Records of a page, one behind the other as `StoredPage` reads them. Used again for each page: `take` copies. */
export class GatheredRecords {
  private bytes = Buffer.allocUnsafeSlow(256 * 1024);
  private end = 0;

  clear(): void {
    this.end = 0;
  }

  /** Appends a record, and returns where its tag stands. */
  add(record: Buffer): number {
    const start = this.end;
    let rest = record.length;
    this.reserve(1 + lengthBytesMax + rest);
    const { bytes } = this;
    bytes[this.end++] = (kvsField << 3) | lengthDelimited;
    for (; rest > 0x7f; rest >>>= 7) bytes[this.end++] = (rest & 0x7f) | 0x80;
    bytes[this.end++] = rest;
    this.end += record.copy(bytes, this.end, 0, record.length);
    return start;
  }

  /** A copy of what lies before `end`. Default: of everything. @param memory gives the copy its room, by default of its own */
  take(memory: (bytes: number) => Buffer = Buffer.allocUnsafeSlow, end = this.end): Buffer {
    const copy = memory(end).subarray(0, end);
    this.bytes.copy(copy, 0, 0, end);
    return copy;
  }

  private reserve(more: number): void {
    if (this.end + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.end + more));
    this.bytes.copy(larger, 0, 0, this.end);
    this.bytes = larger;
  }
}
