import type { Revision, WatchBatch } from '../meta-store.ts';
import { changesBatch, snapshotBatch } from './read.ts';
import type { Table } from './table.ts';

export interface WatchSource {
  /** The latest state. */
  read(): Table;
  /** Resolves true once the store is past the revision, false when the signal aborts first. */
  changed(after: Revision, signal: AbortSignal): Promise<boolean>;
}

/** Follows the log at the watcher's own pace, so that a slow one holds nothing back and nothing in memory. */
export async function* followLog(
  source: WatchSource,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<WatchBatch, undefined> {
  if (signal.aborted) return undefined;
  let batch = snapshotBatch(source.read(), prefix);
  yield batch;
  let revision = batch.revision;
  while (!signal.aborted && (await source.changed(revision, signal))) {
    const table = source.read();
    batch = changesBatch(table, prefix, revision) ?? snapshotBatch(table, prefix);
    revision = batch.revision;
    if (batch.snapshot || batch.events.length > 0) yield batch;
  }
  return undefined;
}
