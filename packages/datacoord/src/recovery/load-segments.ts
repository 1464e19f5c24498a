import { compareKeys, type KeyValue, type RangePage } from '@millrace/metastore';
import type { LogKind } from '@millrace/storage';
import type { Segment } from '../meta/segment.ts';
import { SegmentPacker } from './segment-packer.ts';
import { pagesOf, type Source } from './source.ts';

/** Groups read side by side. */
const groupsInFlight = 6;
/** So many fields' logs of a group fill a page. */
const fieldsOfSegment = 7;

/**
 * Every segment the store knows, in the order of their keys. Their records are read first: their keys bound the ranges of their logs, which
 * are read side by side. Logs without a segment are passed over. Source: spec datacoord §6.2.
 */
export async function* loadSegments(source: Source): AsyncGenerator<readonly Segment[]> {
  const packer = new SegmentPacker();
  const groups: Promise<readonly Segment[]>[] = [];
  const prefix = source.keys.prefix.segments();
  const { pageKeys } = source.store;
  const together = Math.ceil(pageKeys / fieldsOfSegment);
  for await (const { kvs: records } of pagesOf(source, { prefix, limit: pageKeys })) {
    for (let from = 0; from < records.length; from += together) {
      const group = loadGroup(source, packer, records.slice(from, from + together));
      // Thrown where it is awaited; until then nobody listens.
      group.catch(() => undefined);
      groups.push(group);
      const oldest = groups.length > groupsInFlight ? groups.shift() : undefined;
      if (oldest !== undefined) yield await oldest;
    }
  }
  for (const group of groups) yield await group;
}

async function loadGroup(
  source: Source,
  packer: SegmentPacker,
  records: readonly KeyValue[],
): Promise<readonly Segment[]> {
  const { keys, pace } = source;
  const names = records.map(({ key }) => key.slice(keys.prefix.segments().length));
  const [insert, stats, delta] = await Promise.all([
    LogCursor.open(source, keys.prefix.binlogs(), names),
    LogCursor.open(source, keys.prefix.statslogs(), names),
    LogCursor.open(source, keys.prefix.deltalogs(), names),
  ]);
  const cursors: { readonly [Kind in LogKind]: LogCursor } = { insert, stats, delta };
  // In one go: pages are read as they are packed, and those of one group at a time.
  return pace.run(() =>
    records.map((record, at) => {
      const name = names[at] ?? '';
      return packer.pack(record, {
        insert: cursors.insert.take(name),
        stats: cursors.stats.take(name),
        delta: cursors.delta.take(name),
      });
    }),
  );
}

const none: readonly KeyValue[] = [];
const slash = '/'.charCodeAt(0);

/** The log keys of one kind for a run of segments, taken segment by segment in their order. */
class LogCursor {
  private readonly pages: RangePage[];
  private readonly prefixLength: number;
  private kvs: readonly KeyValue[] = none;
  private at = 0;

  private constructor(pages: RangePage[], prefixLength: number) {
    this.pages = pages;
    this.prefixLength = prefixLength;
  }

  /** @param names What stands behind the prefix in the keys of the segments: `<collection>/<partition>/<segment>`, ascending. */
  static async open(source: Source, prefix: string, names: readonly string[]): Promise<LogCursor> {
    // A slash is below every digit: the logs of segments stand in the order of the segments.
    const range = {
      prefix,
      after: prefix + (names[0] ?? ''),
      before: `${prefix}${names.at(-1)}0`,
      limit: source.store.pageKeys,
    };
    const pages: RangePage[] = [];
    for await (const page of pagesOf(source, range)) pages.push(page);
    return new LogCursor(pages, prefix.length);
  }

  take(name: string): readonly KeyValue[] {
    while (this.isBefore(name)) this.at++;
    const from = this.at;
    while (this.isOf(name)) this.at++;
    const found = from === this.at ? none : this.kvs.slice(from, this.at);
    // A segment's logs may go on on the next page.
    return this.at === this.kvs.length && this.turn() ? [...found, ...this.take(name)] : found;
  }

  /** To the next page, whose keys are read now that they are wanted. */
  private turn(): boolean {
    const page = this.pages.shift();
    this.kvs = page?.kvs ?? none;
    this.at = 0;
    return page !== undefined;
  }

  private isOf(name: string): boolean {
    const key = this.kvs[this.at]?.key;
    if (key === undefined) return false;
    const end = this.prefixLength + name.length;
    // Several times faster than startsWith.
    return key.charCodeAt(end) === slash && key.substring(this.prefixLength, end) === name;
  }

  /** Logs of no segment are passed over. */
  private isBefore(name: string): boolean {
    const key = this.kvs[this.at]?.key;
    return key !== undefined && !this.isOf(name) && compareKeys(key.slice(this.prefixLength), `${name}/`) < 0;
  }
}
