import type { UniqueID } from '@millrace/core';
import type { data } from '@millrace/proto';
import { logObjectKey, type ObjectStore, parseLogObjectKey } from '@millrace/storage';
import type { SyncLogs } from './sync-files.ts';

export interface RelocationWorld {
  readonly objectStore: Pick<ObjectStore, 'get' | 'put'>;
  readonly objectRoot: string;
  readonly signal: AbortSignal;
}

/**
 * Names the files of a sync under the segment that it is saved for. Those that lie under another, which was compacted away meanwhile, are
 * copied, with the same field and log id. Doing it again is harmless. Source: spec datanode-and-formats §11.4.
 */
export async function relocateLogs(
  world: RelocationWorld,
  logs: SyncLogs,
  segmentID: UniqueID,
): Promise<SyncLogs> {
  const relocated = (fields: readonly data.FieldBinlog[]) =>
    Promise.all(
      fields.map(async ({ fieldID, binlogs }) => ({
        fieldID,
        binlogs: await Promise.all(
          binlogs.map(async (binlog) => ({
            ...binlog,
            logPath: await copyTo(world, binlog.logPath, segmentID),
          })),
        ),
      })),
    );
  const [insertLogs, statsLogs, deltaLogs] = await Promise.all([
    relocated(logs.insertLogs),
    relocated(logs.statsLogs),
    relocated(logs.deltaLogs),
  ]);
  return { insertLogs, statsLogs, deltaLogs };
}

async function copyTo(
  { objectStore, objectRoot, signal }: RelocationWorld,
  path: string,
  segmentID: UniqueID,
): Promise<string> {
  const log = parseLogObjectKey(objectRoot, path);
  if (log === undefined || log.segmentID === segmentID) return path;
  const target = logObjectKey(objectRoot, { ...log, segmentID });
  await objectStore.put(target, [await objectStore.get(path, { signal })], signal);
  return target;
}
