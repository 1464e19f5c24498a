import type { PairCursor, RangePage } from '@millrace/metastore';
import { pagesOf, type Source } from './source.ts';

const slash = '/'.charCodeAt(0);

/** Walks the log keys of one kind for a run of segments, in their order. */
export class LogCursor {
  private readonly pages: RangePage[];
  private readonly prefixLength: number;
  private readonly recordPrefixLength: number;
  /** At the present log; undefined behind the last one. */
  private pairs: PairCursor | undefined;
  private taken = false;

  private constructor(pages: RangePage[], prefixLength: number, recordPrefixLength: number) {
    this.pages = pages;
    this.prefixLength = prefixLength;
    this.recordPrefixLength = recordPrefixLength;
    this.turn();
  }

  /** @param first What stands behind the prefix in the key of the first segment. @param end What all keys are below, behind the prefix. */
  static async open(source: Source, prefix: string, first: string, end: string): Promise<LogCursor> {
    const range = { prefix, after: prefix + first, before: prefix + end, limit: source.store.pageKeys };
    const pages: RangePage[] = [];
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

  private step(): void {
    if (this.pairs?.next() === false) this.turn();
  }

  /** To the first log of the next page. */
  private turn(): void {
    do this.pairs = this.pages.shift()?.pairs();
    while (this.pairs?.next() === false);
  }

  /** Below 0 for a log of a segment before the record's, 0 for one of it. */
  private compare(log: PairCursor, record: PairCursor): number {
    const { key: logKey } = log;
    const { key } = record;
    const logStart = log.keyStart + this.prefixLength;
    const start = record.keyStart + this.recordPrefixLength;
    const nameLength = record.keyEnd - start;
    const length = Math.min(nameLength, log.keyEnd - logStart);
    let at = 0;
    while (at < length && logKey[logStart + at] === key[start + at]) at++;
    const found = logStart + at < log.keyEnd ? (logKey[logStart + at] ?? 0) : -1;
    return found - (at < nameLength ? (key[start + at] ?? 0) : slash);
  }
}
