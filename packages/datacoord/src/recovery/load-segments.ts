import type { PairCursor, RangePage } from '@millrace/metastore';
import type { Segment } from '../meta/segment.ts';
import { LogCursor } from './log-cursor.ts';
import { SegmentPacker } from './segment-packer.ts';
import { type HeldPage, pagesOf, type Source } from './source.ts';

/** Groups asked for ahead. More come no sooner and take memory. */
const groupsInFlight = 3;
/** So many fields' insert logs of a group fill a page. */
const fieldsOfSegment = 7;

/** A page of segments. Their stats and delta logs, one of a segment at most, are read together; their insert logs in groups. */
interface SegmentPage {
  readonly held: HeldPage;
  readonly records: PairCursor;
  readonly stats: Promise<LogCursor>;
  readonly delta: Promise<LogCursor>;
}

/** Segments that follow each other on a page. Its next record is the first of the group: groups are packed in their order. */
interface Group {
  readonly page: SegmentPage;
  readonly count: number;
  readonly isLast: boolean;
  readonly insert: Promise<LogCursor>;
}

/**
 * Every segment the store knows, in the order of their keys. Their records are read first: their keys bound the ranges of their logs, which
 * are read side by side. Logs without a segment are passed over. Source: spec datacoord §6.2.
 */
export async function* loadSegments(source: Source): AsyncGenerator<readonly Segment[]> {
  const packer = new SegmentPacker();
  const groups: Group[] = [];
  const { prefix } = source.keys;
  const { pageKeys } = source.store;
  const together = Math.ceil(pageKeys / fieldsOfSegment);
  for await (const held of pagesOf(source, { prefix: prefix.segments(), limit: pageKeys })) {
    const bounds = boundsOf(held.page, prefix.segments().length, together);
    const first = bounds[0]?.first;
    const end = bounds.at(-1)?.end;
    if (first === undefined || end === undefined) continue;
    const page: SegmentPage = {
      held,
      records: held.page.pairs(),
      stats: openLogs(source, prefix.statslogs(), { first, end }),
      delta: openLogs(source, prefix.deltalogs(), { first, end }),
    };
    for (const [at, of] of bounds.entries()) {
      const insert = openLogs(source, prefix.binlogs(), of);
      groups.push({ page, count: of.count, isLast: at + 1 === bounds.length, insert });
      const oldest = groups.length > groupsInFlight ? groups.shift() : undefined;
      if (oldest !== undefined) yield await packGroup(source, packer, oldest);
    }
  }
  for (let group = groups.shift(); group !== undefined; group = groups.shift())
    yield await packGroup(source, packer, group);
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
  { page, count, isLast, insert }: Group,
): Promise<readonly Segment[]> {
  const logs = { insert: await insert, stats: await page.stats, delta: await page.delta };
  // In one go: the records are walked by one group at a time.
  return source.pace.run(() => {
    const segments: Segment[] = [];
    while (segments.length < count && page.records.next()) segments.push(packer.pack(page.records, logs));
    logs.insert.close();
    if (isLast) {
      logs.stats.close();
      logs.delta.close();
      page.held.release();
    }
    return segments;
  });
}
