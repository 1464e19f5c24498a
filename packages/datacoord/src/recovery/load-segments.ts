import type { PairCursor, RangePage } from '@millrace/metastore';
import type { Segment } from '../meta/segment.ts';
import { LogCursor } from './log-cursor.ts';
import { SegmentPacker } from './segment-packer.ts';
import { type HeldPage, pagesOf, type Source } from './source.ts';

/** Groups asked for ahead. More come no sooner and take memory. */
const groupsInFlight = 3;
/** So many fields' insert logs of a group fill a page. */
const fieldsOfSegment = 7;

/** Groups that follow each other. Their stats and delta logs, one of a segment at most, are read together: they fill a page. */
interface Bundle {
  readonly stats: Promise<LogCursor>;
  readonly delta: Promise<LogCursor>;
}

/** Segments that follow each other. Groups are packed in their order: the next record is the first of the group, the next log of its first. */
interface Group {
  readonly records: PairCursor;
  readonly count: number;
  readonly insert: Promise<LogCursor>;
  readonly bundle: Bundle;
  /** What no later group needs. */
  readonly last: { readonly ofBundle: boolean; readonly ofPage: HeldPage | undefined };
}

/**
 * Every segment the store knows, in the order of their keys. Their records are read first: their keys bound the ranges of their logs, which
 * are read side by side. Logs without a segment are passed over. Source: spec datacoord §6.2.
 */
export async function* loadSegments(source: Source): AsyncGenerator<readonly Segment[]> {
  const packer = new SegmentPacker();
  const groups: Group[] = [];
  for await (const page of pagesOf(source, { prefix: source.keys.prefix.segments() })) {
    for await (const group of groupsOf(source, page)) {
      groups.push(group);
      const oldest = groups.length > groupsInFlight ? groups.shift() : undefined;
      if (oldest !== undefined) yield await packGroup(source, packer, oldest);
    }
  }
  for (let group = groups.shift(); group !== undefined; group = groups.shift())
    yield await packGroup(source, packer, group);
}

/** The groups of a page of records. The logs of one are asked for when it is taken. */
async function* groupsOf(source: Source, held: HeldPage): AsyncGenerator<Group> {
  const { prefix } = source.keys;
  const records = held.page.pairs();
  const together = Math.max(1, Math.floor(source.store.pageKeys / fieldsOfSegment));
  const bounds = await source.pace.run(() => boundsOf(held.page, prefix.segments().length, together));
  let bundle: Bundle | undefined;
  for (const [at, { count, first, end }] of bounds.entries()) {
    const last = bounds[Math.min(at + fieldsOfSegment, bounds.length) - 1];
    bundle ??= {
      stats: openLogs(source, prefix.statslogs(), { first, end: last?.end ?? end }),
      delta: openLogs(source, prefix.deltalogs(), { first, end: last?.end ?? end }),
    };
    const isLast = at + 1 === bounds.length;
    const ofBundle = isLast || (at + 1) % fieldsOfSegment === 0;
    yield {
      records,
      count,
      insert: openLogs(source, prefix.binlogs(), { first, end }),
      bundle,
      last: { ofBundle, ofPage: isLast ? held : undefined },
    };
    if (ofBundle) bundle = undefined;
  }
}

interface Bounds {
  /** What stands behind the prefix in the key of the first segment: `<collection>/<partition>/<segment>`. */
  readonly first: string;
  /** What the keys of the segments and their logs, behind their prefixes, are all below. */
  readonly end: string;
}

/** Groups of a page of segments. */
function boundsOf(page: RangePage, prefixLength: number, together: number): (Bounds & { count: number })[] {
  const firsts: string[] = [];
  let count = 0;
  for (const records = page.pairs(); records.next(); count++)
    if (count % together === 0)
      firsts.push(records.bytes.toString('utf8', records.keyStart + prefixLength, records.keyEnd));
  // A slash is below every digit: the logs of segments stand in the order of the segments.
  const end = `${page.lastKey?.slice(prefixLength)}0`;
  return firsts.map((first, at) => ({
    count: Math.min(together, count - at * together),
    first,
    end: firsts[at + 1] ?? end,
  }));
}

function openLogs(source: Source, prefix: string, { first, end }: Bounds): Promise<LogCursor> {
  const logs = LogCursor.open(source, prefix, first, end);
  // Thrown where it is awaited; until then nobody listens.
  logs.catch(() => undefined);
  return logs;
}

async function packGroup(
  source: Source,
  packer: SegmentPacker,
  { records, count, insert, bundle, last }: Group,
): Promise<readonly Segment[]> {
  const logs = { insert: await insert, stats: await bundle.stats, delta: await bundle.delta };
  // In one go: the records are walked by one group at a time.
  return source.pace.run(() => {
    const segments: Segment[] = [];
    while (segments.length < count && records.next()) segments.push(packer.pack(records, logs));
    logs.insert.close();
    if (last.ofBundle) {
      logs.stats.close();
      logs.delta.close();
    }
    last.ofPage?.release();
    return segments;
  });
}
