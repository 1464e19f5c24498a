import { Invalid } from '@millrace/core';
import { isSpace } from './json-cursor.ts';

/** What may come next between rows. */
type Expected = 'root' | 'key' | 'colon' | 'list' | 'first-row' | 'comma' | 'row' | 'root-end' | 'nothing';

const [quote, backslash] = [0x22, 0x5c];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const [comma, colon] = [0x2c, 0x3a];

/** Longest row that is kept in memory: 64 vectors of the largest dimension as text are shorter. */
const rowBytesMax = 64 * 1024 * 1024;
const keyBytesMax = 1024;

/**
 * Finds the rows in `{"rows": [{…}, …]}` as its bytes arrive, and checks all but what is inside the rows. Holds one row and one chunk.
 * Source: spec datanode-and-formats §10.3.
 */
export class RowSplitter {
  /** The bytes that rows lie in: valid until the next push. */
  window: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  rows = 0;
  private expected: Expected = 'root';
  private at = 0;
  /** Of the row that is looked through: how far, and what it is in. */
  private seen = 0;
  private depth = 0;
  private inString = false;

  /** Bytes behind the ones pushed before. */
  push(chunk: Uint8Array): void {
    const rest = this.window.subarray(this.at);
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.window = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    this.seen -= this.at;
    this.at = 0;
  }

  /** Moves to the next row: true when it lies in `window[start, end)`, false when more bytes are needed, or there are no more rows. */
  next(): boolean {
    for (;;) {
      if (this.depth > 0) return this.behindRow();
      const byte = this.peek();
      if (byte === -1) return false;
      if (this.expected === 'key') {
        if (!this.rootKey(byte)) return false;
      } else this.step(byte);
    }
  }

  /** Nothing more comes. @throws Invalid when the text is not over, or has no rows */
  finish(): void {
    if (this.expected !== 'nothing') {
      const where = this.depth > 0 ? `in row ${this.rows}` : `behind row ${this.rows - 1}`;
      throw new Invalid(
        this.expected === 'root'
          ? "invalid JSON format, the content should be started with'{'"
          : `invalid JSON format, the file ends ${this.rows === 0 ? 'before its first row' : where}: it is cut`,
      );
    }
    if (this.rows === 0) throw new Invalid('row count is 0');
  }

  private step(byte: number): void {
    this.at++;
    switch (this.expected) {
      case 'root':
        if (byte !== openBrace)
          throw new Invalid("invalid JSON format, the content should be started with'{'");
        this.expected = 'key';
        return;
      case 'colon':
        if (byte !== colon) throw this.wrong("':' behind the root key", byte);
        this.expected = 'list';
        return;
      case 'list':
        if (byte !== openBracket) throw this.wrong("the list of rows, which begins with '['", byte);
        this.expected = 'first-row';
        return;
      case 'first-row':
      case 'row':
        if (byte === closeBracket && this.expected === 'first-row') this.expected = 'root-end';
        else if (byte === openBrace) this.beginRow();
        else throw this.wrong("a row, which begins with '{'", byte);
        return;
      case 'comma':
        if (byte === comma) this.expected = 'row';
        else if (byte === closeBracket) this.expected = 'root-end';
        else throw this.wrong("',' or ']' behind a row", byte);
        return;
      case 'root-end':
        if (byte === comma) this.expected = 'key';
        else if (byte === closeBrace) this.expected = 'nothing';
        else throw this.wrong("'}' behind the list of rows", byte);
        return;
      case 'key':
      case 'nothing':
        throw this.wrong('nothing behind the root', byte);
    }
  }

  private beginRow(): void {
    this.start = this.at - 1;
    this.at = this.start;
    this.seen = this.start + 1;
    this.depth = 1;
    this.rows++;
  }

  private behindRow(): boolean {
    const { window } = this;
    let { depth, inString, seen } = this;
    for (; seen < window.length && depth > 0; seen++) {
      const byte = window[seen] ?? 0;
      if (inString) {
        if (byte === quote) inString = false;
        else if (byte === backslash) seen++;
      } else if (byte === quote) inString = true;
      else if (byte === openBrace || byte === openBracket) depth++;
      else if (byte === closeBrace || byte === closeBracket) depth--;
    }
    // May be one behind the window, where that ends with a backslash: the next byte is looked at by nobody.
    this.seen = seen;
    this.depth = depth;
    this.inString = inString;
    if (depth > 0) {
      if (window.length - this.at > rowBytesMax)
        throw new Invalid(`row ${this.rows - 1} is longer than ${rowBytesMax} bytes: no row of Milvus is`);
      return false;
    }
    this.start = this.at;
    this.end = seen;
    this.at = seen;
    this.expected = 'comma';
    return true;
  }

  /** False when its end is not there yet. */
  private rootKey(byte: number): boolean {
    if (byte === closeBrace && this.rows === 0) {
      this.at++;
      this.expected = 'nothing';
      return true;
    }
    if (byte !== quote) throw this.wrong('the root key', byte);
    const end = this.window.indexOf(quote, this.at + 1);
    if (end < 0 && this.window.length - this.at < keyBytesMax) return false;
    const key = this.window.toString('utf8', this.at + 1, end < 0 ? this.at + 32 : end);
    if (key.toLowerCase() !== 'rows')
      throw new Invalid(`invalid JSON format, the root key should be 'rows', but get '${key}'`);
    this.at = end + 1;
    this.expected = 'colon';
    return true;
  }

  private peek(): number {
    while (this.at < this.window.length && isSpace(this.window[this.at] ?? 0)) this.at++;
    return this.at < this.window.length ? (this.window[this.at] ?? 0) : -1;
  }

  private wrong(wanted: string, byte: number): Invalid {
    return new Invalid(
      `invalid JSON format, expected ${wanted}, but get '${String.fromCharCode(byte)}' behind ${this.rows} rows`,
    );
  }
}
