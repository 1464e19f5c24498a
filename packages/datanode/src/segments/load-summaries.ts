import { decodeStatsLog, type PrimaryKeySummary } from '@millrace/binlog';
import { isKind, Unavailable, type UniqueID } from '@millrace/core';
import type { data } from '@millrace/proto';
import type { ObjectStore } from '@millrace/storage';
import type { NodeWorld } from '../node-world.ts';

/**
 * What a segment's stats logs say of its keys, one summary per file. Source: spec datanode-and-formats §3.
 * @throws Unavailable for a missing file; Corrupt for a damaged one
 */
export async function loadSummaries(
  { objectStore, settings }: Pick<NodeWorld, 'objectStore' | 'settings'>,
  segmentID: UniqueID,
  statsLogs: readonly data.FieldBinlog[],
  primaryKeyFieldID: UniqueID,
  signal: AbortSignal,
): Promise<PrimaryKeySummary[]> {
  if (settings.skipStatsLoad) return [];
  const summaries: PrimaryKeySummary[] = [];
  for (const { fieldID, binlogs } of statsLogs) {
    if (fieldID !== primaryKeyFieldID) continue;
    for (const { logPath } of binlogs) {
      if (signal.aborted) throw new Unavailable('stopped while loading stats logs');
      summaries.push(decodeStatsLog(await statsLog(objectStore, segmentID, logPath, signal)));
    }
  }
  return summaries;
}

async function statsLog(
  objectStore: ObjectStore,
  segmentID: UniqueID,
  logPath: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  try {
    return await objectStore.get(logPath, { signal });
  } catch (cause) {
    if (!isKind(cause, 'not-found')) throw cause;
    throw new Unavailable(
      `stats log ${logPath} of segment ${segmentID} is missing: deletes cannot be routed to it; restore the object, or drop the segment`,
      { cause },
    );
  }
}
