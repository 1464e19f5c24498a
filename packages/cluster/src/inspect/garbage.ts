import { isOrphan, type KeptBecause, keptBecause, segmentStates } from '@millrace/core';
import { scan } from '@millrace/metastore';
import { data, internal } from '@millrace/proto';
import { listAll, logKinds, logPrefix, parseLogObjectKey } from '@millrace/storage';
import { readSegments, type SegmentRecord } from './catalog.ts';
import { objectKeysOf } from './object-keys.ts';
import type { LocalData } from './open-local.ts';

/** What nothing needs any more and is still there, with why: DataCoord's words, or `next-round` when its collector takes it next. */
export interface Garbage {
  readonly what: 'dropped-segment' | 'unnamed-object';
  /** Segment id, or key of the object. */
  readonly name: string;
  readonly because: KeptBecause | 'next-round';
  /** Unix milliseconds: when it was dropped, or written. */
  readonly sinceMs: number;
}

export interface GarbageTolerances {
  readonly dropToleranceMs: number;
  readonly missingToleranceMs: number;
}

/** By the rules of DataCoord's collector. A local cluster has no index node, so no compacted segment serves for one without an index. */
export async function findGarbage(
  local: LocalData,
  tolerances: GarbageTolerances,
  nowMs: number,
): Promise<Garbage[]> {
  // Listed before the metadata is read: what is saved meanwhile is named then.
  const objects: { readonly key: string; readonly lastModifiedMs: number }[] = [];
  for (const kind of logKinds)
    for await (const object of listAll(local.objects, logPrefix(local.objectRoot, kind)))
      objects.push(object);
  const segments = await readSegments(local.store, local.keys);
  const locked = await lockedSegments(local);
  return [
    ...(await droppedSegments(local, segments, locked, tolerances, nowMs)),
    ...unnamedObjects(local, segments, locked, objects, tolerances, nowMs),
  ];
}

async function droppedSegments(
  local: LocalData,
  segments: readonly SegmentRecord[],
  locked: ReadonlySet<bigint>,
  { dropToleranceMs }: GarbageTolerances,
  nowMs: number,
): Promise<Garbage[]> {
  const living = await livingChannels(local);
  const checkpoints = await readCheckpoints(local);
  return segments
    .filter(({ info }) => info.state === segmentStates.dropped)
    .map(({ info }) => {
      const view = {
        droppedAtMs: Number(info.droppedAt / 1_000_000n),
        locked: locked.has(info.ID),
        channelLives: living.has(info.insertChannel),
        savedUntil: info.dmlPosition?.timestamp ?? 0n,
        checkpoint: checkpoints.get(info.insertChannel) ?? 0n,
        childUnindexed: false,
      };
      const because = keptBecause(view, nowMs, dropToleranceMs) ?? 'next-round';
      return { what: 'dropped-segment', name: String(info.ID), because, sinceMs: view.droppedAtMs } as const;
    });
}

function unnamedObjects(
  { objectRoot }: LocalData,
  segments: readonly SegmentRecord[],
  locked: ReadonlySet<bigint>,
  objects: readonly { readonly key: string; readonly lastModifiedMs: number }[],
  { missingToleranceMs }: GarbageTolerances,
  nowMs: number,
): Garbage[] {
  const named = new Set(segments.flatMap((segment) => objectKeysOf(objectRoot, segment)));
  return objects
    .filter(({ key }) => !named.has(key))
    .flatMap(({ key, lastModifiedMs }) => {
      const object = parseLogObjectKey(objectRoot, key);
      if (object === undefined) return [];
      const isOld = isOrphan(lastModifiedMs, nowMs, missingToleranceMs);
      const because = !isOld ? 'young' : locked.has(object.segmentID) ? 'locked' : 'next-round';
      return [{ what: 'unnamed-object', name: key, because, sinceMs: lastModifiedMs } as const];
    });
}

async function lockedSegments({ store, keys }: LocalData): Promise<ReadonlySet<bigint>> {
  const locked = new Set<bigint>();
  for await (const { kvs } of scan(store, { prefix: keys.prefix.segmentReferences() }))
    for (const { value } of kvs)
      for (const id of data.SegmentReferenceLock.decode(value).segmentIDs) locked.add(id);
  return locked;
}

async function livingChannels({ store, keys }: LocalData): Promise<ReadonlySet<string>> {
  const living = new Set<string>();
  for await (const { kvs } of scan(store, { prefix: keys.prefix.channelWatches(), keysOnly: true }))
    for (const { key } of kvs) {
      const parsed = keys.parse(key);
      if (parsed?.kind === 'channelWatch') living.add(parsed.vchannel);
    }
  return living;
}

async function readCheckpoints({ store, keys }: LocalData): Promise<ReadonlyMap<string, bigint>> {
  const checkpoints = new Map<string, bigint>();
  const prefix = keys.prefix.channelCheckpoints();
  for await (const { kvs } of scan(store, { prefix }))
    for (const { key, value } of kvs)
      checkpoints.set(key.slice(prefix.length), internal.MsgPosition.decode(value).timestamp);
  return checkpoints;
}
