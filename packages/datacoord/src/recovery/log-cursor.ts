import type { PairCursor } from '@millrace/metastore';
import { type HeldPage, pagesOf, type Source } from './source.ts';

const slash = '/'.charCodeAt(0);

/** Walks the log keys of one kind for a run of segments, in their order. */
export class LogCursor {
  private readonly pages: HeldPage[];
  private readonly prefixLength: number;
  private readonly recordPrefixLength: number;
  /** At the present log; undefined behind the last one. */
  private pairs: PairCursor | undefined;
  private taken = false;
  private page: HeldPage | undefined;

  private constructor(pages: HeldPage[], prefixLength: number, recordPrefixLength: number) {
    this.pages = pages;
    this.prefixLength = prefixLength;
    this.recordPrefixLength = recordPrefixLength;
    this.turn();
  }

  /** @param first What stands behind the prefix in the key of the first segment. @param end What all keys are below, behind the prefix. */
  static async open(source: Source, prefix: string, first: string, end: string): Promise<LogCursor> {
    const range = { prefix, after: prefix + first, before: prefix + end };
    const pages: HeldPage[] = [];
    for await (const page of pagesOf(source, range)) pages.push(page);
    return new LogCursor(pages, prefix.length, source.keys.prefix.segments().length);
  }

  /** The next log of the segment of this record; undefined when there is none any more. Logs of no segment are passed over. */
  next(record: PairCursor): PairCursor | undefined {
    if (this.taken) this.step();
    this.taken = false;
    for (; this.pairs !== undefined; this.step()) {
      const order = this.compare(this.pairs, record);
      if (order > 0) return undefined;
      if (order < 0) continue;
      this.taken = true;
      return this.pairs;
    }
    return undefined;
  }

  /** Nothing it gave is read any more. */
  close(): void {
    this.pairs = undefined;
    for (const page of this.pages.splice(0)) page.release();
    this.page?.release();
  }

  private step(): void {
    if (this.pairs?.next() === false) this.turn();
  }

  /** To the first log of the next page. */
  private turn(): void {
    do {
      this.page?.release();
      this.page = this.pages.shift();
      this.pairs = this.page?.page.pairs();
    } while (this.pairs?.next() === false);
  }

  /** Below 0 for a log of a segment before the record's, 0 for one of it. */
  private compare(log: PairCursor, record: PairCursor): number {
    const logStart = log.keyStart + this.prefixLength;
    const start = record.keyStart + this.recordPrefixLength;
    const nameLength = record.keyEnd - start;
    const length = Math.min(nameLength, log.keyEnd - logStart);
    let at = 0;
    // Mostly all is the same.
    for (const { view } = record; at + 4 <= length; at += 4)
      if (log.view.getInt32(logStart + at) !== view.getInt32(start + at)) break;
    while (at < length && log.bytes[logStart + at] === record.bytes[start + at]) at++;
    const found = logStart + at < log.keyEnd ? (log.bytes[logStart + at] ?? 0) : -1;
    return found - (at < nameLength ? (record.bytes[start + at] ?? 0) : slash);
  }
}
