import { type MetaKeys, type MetaStore, type Revision, scan } from '@millrace/metastore';
import { internal } from '@millrace/proto';
import type { LogKind } from '@millrace/storage';
import { decodeSegment, type Segment } from '../meta/segment.ts';
import { byField, type StoredFieldLogs } from '../meta/segment-logs.ts';

export interface Recovered {
  readonly segments: readonly Segment[];
  readonly checkpoints: readonly (readonly [string, internal.MsgPosition])[];
  readonly droppedChannels: ReadonlySet<string>;
}

/** Reads what the coordinator kept: all kinds of keys side by side, page by page, all at one revision. Writes nothing. Source: spec datacoord §6.2. */
export async function load(store: MetaStore, keys: MetaKeys): Promise<Recovered> {
  const first = await store.range({ prefix: keys.prefix.segments(), limit: 1 });
  const revision = first.revision;
  const [segments, insert, stats, delta, checkpoints, removals] = await Promise.all([
    loadSegments(store, keys, revision),
    loadLogs(store, keys, 'insert', revision),
    loadLogs(store, keys, 'stats', revision),
    loadLogs(store, keys, 'delta', revision),
    loadCheckpoints(store, keys, revision),
    loadDroppedChannels(store, keys, revision),
  ]);
  const none: readonly StoredFieldLogs[] = [];
  return {
    segments: segments.map((segment) => ({
      ...segment,
      logs: {
        insert: insert.get(segment.id) ?? none,
        stats: stats.get(segment.id) ?? none,
        delta: delta.get(segment.id) ?? none,
      },
    })),
    checkpoints,
    droppedChannels: removals,
  };
}

async function loadSegments(store: MetaStore, keys: MetaKeys, revision: Revision): Promise<Segment[]> {
  const segments: Segment[] = [];
  for await (const page of scan(store, { prefix: keys.prefix.segments(), revision })) {
    for (const { value } of page.kvs) segments.push(decodeSegment(value));
  }
  return segments;
}

const logPrefix = { insert: 'binlogs', stats: 'statslogs', delta: 'deltalogs' } as const;

async function loadLogs(
  store: MetaStore,
  keys: MetaKeys,
  kind: LogKind,
  revision: Revision,
): Promise<Map<bigint, StoredFieldLogs[]>> {
  const logs = new Map<bigint, StoredFieldLogs[]>();
  for await (const page of scan(store, { prefix: keys.prefix[logPrefix[kind]](), revision })) {
    for (const { key, value } of page.kvs) {
      const [fieldID, segmentID] = lastTwo(key);
      const stored = { fieldID, bytes: value };
      const list = logs.get(segmentID);
      if (list === undefined) logs.set(segmentID, [stored]);
      else list.push(stored);
    }
  }
  for (const list of logs.values()) byField(list);
  return logs;
}

/** Field and segment of a log key `…/<segment>/<field>`. */
function lastTwo(key: string): [bigint, bigint] {
  const field = key.lastIndexOf('/');
  const segment = key.lastIndexOf('/', field - 1);
  return [BigInt(key.slice(field + 1)), BigInt(key.slice(segment + 1, field))];
}

async function loadCheckpoints(
  store: MetaStore,
  keys: MetaKeys,
  revision: Revision,
): Promise<[string, internal.MsgPosition][]> {
  const prefix = keys.prefix.channelCheckpoints();
  const checkpoints: [string, internal.MsgPosition][] = [];
  for await (const page of scan(store, { prefix, revision })) {
    for (const { key, value } of page.kvs) {
      const channel = key.slice(prefix.length);
      checkpoints.push([channel, { ...internal.MsgPosition.decode(value), channelName: channel }]);
    }
  }
  return checkpoints;
}

async function loadDroppedChannels(
  store: MetaStore,
  keys: MetaKeys,
  revision: Revision,
): Promise<ReadonlySet<string>> {
  const prefix = keys.prefix.channelRemovals();
  const dropped = new Set<string>();
  for await (const page of scan(store, { prefix, revision })) {
    for (const { key, value } of page.kvs) {
      if (Buffer.from(value).toString() === removedMark) dropped.add(key.slice(prefix.length));
    }
  }
  return dropped;
}

/** Value of `channel-removal/<channel>` for a channel that is being dropped. Source: spec datacoord §5.7. */
export const removedMark = 'removed';
/** … and for one that lives. */
export const livingMark = 'non-removed';
