import type { PairCursor, RangePage } from '@millrace/metastore';
import type { Segment } from '../meta/segment.ts';
import { LogCursor } from './log-cursor.ts';
import { type LogCursors, SegmentPacker } from './segment-packer.ts';
import { pagesOf, type Source } from './source.ts';

/** Groups asked for ahead. More come no sooner, and what was read of their connection stays in memory for longer. */
const groupsInFlight = 2;
/** So many fields' logs of a group fill a page. */
const fieldsOfSegment = 7;

/** Segments whose logs are read together. */
interface Group {
  /** Its next record is the first of the group: groups are packed in their order. */
  readonly records: PairCursor;
  readonly count: number;
  readonly logs: Promise<LogCursors>;
}

/**
 * Every segment the store knows, in the order of their keys. Their records are read first: their keys bound the ranges of their logs, which
 * are read side by side. Logs without a segment are passed over. Source: spec datacoord §6.2.
 */
export async function* loadSegments(source: Source): AsyncGenerator<readonly Segment[]> {
  const packer = new SegmentPacker();
  const groups: Group[] = [];
  const prefix = source.keys.prefix.segments();
  const { pageKeys } = source.store;
  const together = Math.ceil(pageKeys / fieldsOfSegment);
  for await (const page of pagesOf(source, { prefix, limit: pageKeys })) {
    const records = page.pairs();
    for (const { count, first, end } of boundsOf(page, prefix.length, together)) {
      const logs = openLogs(source, first, end);
      // Thrown where it is awaited; until then nobody listens.
      logs.catch(() => undefined);
      groups.push({ records, count, logs });
      const oldest = groups.length > groupsInFlight ? groups.shift() : undefined;
      if (oldest !== undefined) yield await packGroup(source, packer, oldest);
    }
  }
  for (let group = groups.shift(); group !== undefined; group = groups.shift())
    yield await packGroup(source, packer, group);
}

interface Bounds {
  readonly count: number;
  /** What stands behind the prefix in the key of the first segment: `<collection>/<partition>/<segment>`. */
  readonly first: string;
  /** What the keys of the group, behind their prefixes, are all below. */
  readonly end: string;
}

/** Groups of a page of segments. */
function boundsOf(page: RangePage, prefixLength: number, together: number): Bounds[] {
  const firsts: string[] = [];
  let count = 0;
  for (const records = page.pairs(); records.next(); count++)
    if (count % together === 0)
      firsts.push(records.key.toString('utf8', records.keyStart + prefixLength, records.keyEnd));
  // A slash is below every digit: the logs of segments stand in the order of the segments.
  const end = `${page.lastKey?.slice(prefixLength)}0`;
  return firsts.map((first, at) => ({
    count: Math.min(together, count - at * together),
    first,
    end: firsts[at + 1] ?? end,
  }));
}

async function openLogs(source: Source, first: string, end: string): Promise<LogCursors> {
  const { prefix } = source.keys;
  const [insert, stats, delta] = await Promise.all([
    LogCursor.open(source, prefix.binlogs(), first, end),
    LogCursor.open(source, prefix.statslogs(), first, end),
    LogCursor.open(source, prefix.deltalogs(), first, end),
  ]);
  return { insert, stats, delta };
}

async function packGroup(source: Source, packer: SegmentPacker, group: Group): Promise<readonly Segment[]> {
  const { records, count } = group;
  const logs = await group.logs;
  // In one go: the records are walked by one group at a time.
  return source.pace.run(() => {
    const segments: Segment[] = [];
    while (segments.length < count && records.next()) segments.push(packer.pack(records, logs));
    return segments;
  });
}
