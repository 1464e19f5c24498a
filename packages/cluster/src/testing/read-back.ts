import { isDurable, isHealthy } from '@millrace/core';
import { type CompactionTask, isRunning } from '@millrace/metastore';
import { realClock } from '@millrace/runtime';
import { findCollection, readCompactions, readSegments } from '../inspect/catalog.ts';
import { isDamage } from '../inspect/finding.ts';
import type { LocalData } from '../inspect/open-local.ts';
import { cellReader, readSegmentRows } from '../inspect/read-rows.ts';
import { primaryKeyOfCollection } from '../inspect/schema.ts';
import { verify } from '../inspect/verify.ts';
import { type RunningLoad, textOf, vectorOf } from './running-load.ts';

/** The insert logs of segments, as they were the first time each was seen flushed. */
export type FlushedLogs = Map<string, string>;

export interface ReadBack {
  /** What should not be; the first 20. */
  readonly faults: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** Notes the insert logs of each segment the first time it is seen flushed. */
export async function noteFlushed(data: LocalData, flushed: FlushedLogs): Promise<void> {
  for (const { info, insert } of await readSegments(data.store, data.keys)) {
    if (isDurable(info.state) && !flushed.has(String(info.ID)))
      flushed.set(String(info.ID), logsText(insert));
  }
}

/**
 * For clusters whose binlogs shall tell everything once they have stopped: all flushed segments are looked at every second, so that a
 * compaction begins soon or never.
 */
export const eagerCompaction = { 'dataCoord.compaction.global.interval': '1000000000' };
const quietMs = 3_000;

/**
 * Resolves once nothing is left to compact, in a cluster of eagerCompaction: a node that stops leaves deletes of segments that are being
 * swapped to the next owner of their channel, which replays them. Returns the plans that are remembered. @throws Error after a minute
 */
export async function compactionsOver(open: () => Promise<LocalData>): Promise<readonly CompactionTask[]> {
  const startMs = realClock.monotonic();
  let quietSinceMs = startMs;
  while (realClock.monotonic() < startMs + 60_000) {
    const data = await open();
    const tasks = await readCompactions(data.store, data.keys).finally(() => data.close());
    const nowMs = realClock.monotonic();
    if (tasks.some(isRunning)) quietSinceMs = nowMs;
    else if (nowMs > quietSinceMs + quietMs) return tasks;
    await realClock.sleep(200);
  }
  throw new Error('compactions still run after a minute');
}

function logsText(
  logs: readonly { readonly fieldID: bigint; readonly binlogs: readonly { readonly logID: bigint }[] }[],
): string {
  return logs
    .map(({ fieldID, binlogs }) => `${fieldID}:${binlogs.map(({ logID }) => logID).join(',')}`)
    .join(' ');
}

/**
 * Reads every row of the load's collection back from its binlogs. Each acknowledged one must be there exactly once with what was written,
 * each other at most once; deletes likewise, whose rows may be gone; no flushed segment may have changed; nothing may be damaged.
 */
export async function readBack(
  data: LocalData,
  load: RunningLoad,
  flushed: FlushedLogs = new Map(),
): Promise<ReadBack> {
  const faults: string[] = [];
  const seen = new Map<number, { readonly deleted: boolean }>();
  const collection = await findCollection(data.store, data.keys, load.collection);
  const primaryKey = primaryKeyOfCollection(collection);
  const segments = await readSegments(data.store, data.keys, collection.id);
  for (const segment of segments) {
    const before = flushed.get(String(segment.info.ID));
    if (before !== undefined && before !== logsText(segment.insert))
      faults.push(`flushed segment ${segment.info.ID} changed`);
    if (!isHealthy(segment.info.state)) continue;
    for await (const batch of readSegmentRows(data.objects, data.objectRoot, segment, primaryKey)) {
      const [id, vector, text] = [100n, 101n, 102n].map((field) => {
        const column = batch.columns.get(field);
        return column === undefined ? () => undefined : cellReader(column);
      });
      for (let row = 0; row < batch.rows; row++) {
        const key = Number(id?.(row));
        if (seen.has(key)) faults.push(`row ${key} is there twice`);
        seen.set(key, { deleted: batch.deleted[row] === 1 });
        if (text?.(row) !== textOf(key)) faults.push(`row ${key} has another text`);
        const read = vector?.(row);
        const written = vectorOf(key, load.dim);
        if (!(read instanceof Float32Array) || written.some((value, at) => value !== read[at]))
          faults.push(`row ${key} has another vector`);
      }
    }
  }
  faults.push(...faultsOf(load, seen));
  const { findings } = await verify(data);
  const damage = findings.filter(isDamage);
  for (const { kind, where, what } of damage) faults.push(`${kind} ${where}: ${what}`);
  const counts = {
    acknowledged: load.acknowledged.size,
    uncertain: load.uncertain.size,
    deleted: load.deleted.size,
    segments: segments.length,
    phantoms: findings.length - damage.length,
  };
  return { faults: faults.slice(0, 20), counts };
}

function faultsOf(load: RunningLoad, seen: ReadonlyMap<number, { readonly deleted: boolean }>): string[] {
  const faults: string[] = [];
  for (const key of load.acknowledged) {
    const row = seen.get(key);
    if (row === undefined) {
      // Compaction takes deleted rows out of the insert logs.
      if (!load.perhapsDeleted.has(key)) faults.push(`acknowledged row ${key} is lost`);
    } else if (load.deleted.has(key) && !row.deleted) faults.push(`deleted row ${key} lives`);
    else if (row.deleted && !load.perhapsDeleted.has(key)) faults.push(`row ${key} is deleted, nobody asked`);
  }
  for (const key of seen.keys()) {
    if (!load.acknowledged.has(key) && !load.uncertain.has(key)) faults.push(`row ${key} was never sent`);
  }
  return faults;
}
