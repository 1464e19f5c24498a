import { Conflict, Invalid } from '@millrace/core';
import { checkRange } from '../check-request.ts';
import { compareKeys } from '../key-order.ts';
import type { KeyValue, RangeOptions, RangePage, Revision, WatchBatch, WatchEvent } from '../meta-store.ts';
import { KeyValuePage } from './key-value-page.ts';
import type { Table } from './table.ts';

/** Most events of a batch, but for a single transaction that has more. */
const batchEventsMax = 1000;
const noBytes = new Uint8Array();

export function readRange(table: Table, options: RangeOptions): RangePage {
  const limit = checkRange(options);
  const { prefix, after, before, keysOnly = false } = options;
  const revision = options.revision ?? table.revision;
  const kvs: KeyValue[] = [];
  for (const kv of entriesAt(table, { prefix, after, before }, revision)) {
    if (kvs.length === limit) return new KeyValuePage(kvs, revision, true);
    kvs.push(keysOnly ? { ...kv, value: noBytes } : kv);
  }
  return new KeyValuePage(kvs, revision, false);
}

interface Bounds {
  readonly prefix: string;
  readonly after: string | undefined;
  readonly before: string | undefined;
}

function entriesAt(table: Table, bounds: Bounds, revision: Revision): Iterable<KeyValue> {
  if (revision === table.revision) return table.entries(bounds.prefix, bounds.after, bounds.before);
  if (revision > table.revision)
    throw new Invalid(`revision ${revision} does not exist yet: the store is at ${table.revision}`);
  if (revision < table.compacted)
    throw new Conflict(`revision ${revision} was compacted away: read from the start at a new one`);
  return undone(table, bounds, revision);
}

/** The state as it was: today's, with what the log says happened since taken back. */
function* undone(table: Table, { prefix, after, before }: Bounds, revision: Revision): Generator<KeyValue> {
  const then = new Map<string, KeyValue | undefined>();
  for (const entry of table.log(revision)) {
    for (const event of entry.events) {
      const key = keyOf(event);
      if (!then.has(key) && key.startsWith(prefix)) then.set(key, event.previous);
    }
  }
  const gone = [...then.values()]
    .filter((kv) => kv !== undefined)
    .filter((kv) => after === undefined || compareKeys(kv.key, after) > 0)
    .filter((kv) => before === undefined || compareKeys(kv.key, before) < 0)
    .sort((a, b) => compareKeys(a.key, b.key));
  let next = 0;
  for (const kv of table.entries(prefix, after, before)) {
    if (then.has(kv.key)) continue;
    for (; next < gone.length; next++) {
      const old = gone[next];
      if (old === undefined || compareKeys(old.key, kv.key) > 0) break;
      yield old;
    }
    yield kv;
  }
  yield* gone.slice(next);
}

export function snapshotBatch(table: Table, prefix: string): WatchBatch {
  const events = Array.from(
    table.entries(prefix),
    (kv): WatchEvent => ({ type: 'put', kv, previous: undefined }),
  );
  return { events, revision: table.revision, snapshot: true };
}

/** What happened to a prefix after a revision: whole transactions, at most about a thousand events; undefined once the log lacks them. */
export function changesBatch(table: Table, prefix: string, after: Revision): WatchBatch | undefined {
  if (after < table.compacted || after > table.revision) return undefined;
  const events: WatchEvent[] = [];
  for (const entry of table.log(after)) {
    if (events.length >= batchEventsMax) return { events, revision: entry.revision - 1n, snapshot: false };
    events.push(...entry.events.filter((event) => keyOf(event).startsWith(prefix)));
  }
  return { events, revision: table.revision, snapshot: false };
}

function keyOf(event: WatchEvent): string {
  return event.type === 'put' ? event.kv.key : event.key;
}
