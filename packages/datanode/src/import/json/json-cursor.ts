import { Invalid } from '@millrace/core';

const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;
const plus = 0x2b;
const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;

/** Reads one JSON value token by token, in place. What was read last lies at `bytes[start, end)`. */
export class JsonCursor {
  bytes: Buffer = Buffer.alloc(0);
  /** Where it reads on. */
  at = 0;
  start = 0;
  end = 0;
  /** Of a string: its text is its bytes, nothing is escaped. */
  isPlain = false;
  /** Of a number: neither a fraction nor an exponent. */
  isInteger = false;
  /** Number of the row it reads, from 0: for messages. */
  row = -1;
  private limit = 0;
  private marked = 0;

  /** To the next row. */
  move(bytes: Buffer, start: number, limit: number): void {
    this.row++;
    this.bytes = bytes;
    this.at = start;
    this.limit = limit;
  }

  /** The next byte that is no white space, unread; -1 at the end. */
  peek(): number {
    while (this.at < this.limit && isSpace(this.bytes[this.at] ?? 0)) this.at++;
    return this.at < this.limit ? (this.bytes[this.at] ?? 0) : -1;
  }

  /** Reads the byte if it comes next. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.at++;
    return true;
  }

  /** @throws Invalid unless the byte comes next */
  expect(byte: number): void {
    if (!this.take(byte)) throw this.malformed(`'${String.fromCharCode(byte)}'`);
  }

  /** @throws Invalid unless nothing comes */
  expectEnd(): void {
    if (this.peek() !== -1) throw this.malformed('the end of the row');
  }

  /** Reads a string: `[start, end)` lies between its quotes. False, with nothing read, when something else comes. */
  string(): boolean {
    if (this.peek() !== quote) return false;
    const { bytes, limit } = this;
    let at = this.at + 1;
    this.start = at;
    this.isPlain = true;
    for (; at < limit; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === quote) {
        this.end = at;
        this.at = at + 1;
        return true;
      }
      if (byte === backslash) {
        this.isPlain = false;
        at++;
      } else if (byte < 0x20) {
        this.at = at;
        throw this.malformed('a string, in which control characters are escaped');
      }
    }
    this.at = limit;
    throw this.malformed('the end of a string');
  }

  /** The text of the string that was read last. @throws Invalid for an escape that JSON does not have */
  text(): string {
    if (this.isPlain) return this.bytes.toString('utf8', this.start, this.end);
    try {
      const value: unknown = JSON.parse(this.bytes.toString('utf8', this.start - 1, this.end + 1));
      return String(value);
    } catch (cause) {
      throw new Invalid(`invalid JSON format, a string is escaped wrongly: ${String(cause)}`, { cause });
    }
  }

  /** Reads a number. False, with nothing read, when something else comes. */
  number(): boolean {
    const first = this.peek();
    if (first !== minus && !isDigit(first)) return false;
    const { bytes } = this;
    let at = this.at;
    this.start = at;
    this.isInteger = true;
    if (first === minus) at++;
    const leading = bytes[at] ?? 0;
    const digits = this.behindDigits(at);
    if (digits === at || (leading === zero && digits > at + 1)) throw this.malformed('a number');
    at = digits;
    if (at < this.limit && bytes[at] === dot) {
      const behind = this.behindDigits(at + 1);
      if (behind === at + 1) throw this.malformed('a number with digits behind its point');
      this.isInteger = false;
      at = behind;
    }
    // e or E
    if (at < this.limit && ((bytes[at] ?? 0) | 0x20) === 0x65) {
      const sign = bytes[at + 1] ?? 0;
      const exponent = sign === plus || sign === minus ? at + 2 : at + 1;
      const behind = this.behindDigits(exponent);
      if (behind === exponent) throw this.malformed('a number with digits in its exponent');
      this.isInteger = false;
      at = behind;
    }
    this.end = at;
    this.at = at;
    return true;
  }

  /** Reads `true` or `false`; undefined, with nothing read, when something else comes. */
  boolean(): boolean | undefined {
    const first = this.peek();
    if (first === 0x74 && this.word('true')) return true;
    if (first === 0x66 && this.word('false')) return false;
    return undefined;
  }

  /** Remembers that a value begins here: what `wrong` shows. */
  mark(): void {
    this.peek();
    this.marked = this.at;
  }

  /** The value that began at the mark is not the one wanted. */
  wrong(wanted: string): Invalid {
    return new Invalid(`${wanted}, but get '${this.excerpt(this.marked)}' (row ${this.row})`);
  }

  malformed(wanted: string): Invalid {
    this.peek();
    return new Invalid(
      `invalid JSON format, expected ${wanted}, but get '${this.excerpt(this.at)}' (row ${this.row})`,
    );
  }

  private excerpt(from: number): string {
    const end = Math.min(this.limit, from + 24);
    return this.bytes.toString('utf8', from, end) + (end < this.limit ? '…' : '');
  }

  private behindDigits(at: number): number {
    while (at < this.limit && isDigit(this.bytes[at] ?? 0)) at++;
    return at;
  }

  private word(word: string): boolean {
    const end = this.at + word.length;
    if (end > this.limit || this.bytes.toString('latin1', this.at, end) !== word) return false;
    this.at = end;
    return true;
  }
}

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= nine;
}
