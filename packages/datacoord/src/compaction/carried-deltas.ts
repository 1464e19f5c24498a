import type { data } from '@millrace/proto';
import { deltaLogKey, type LogOwner, type ObjectStore } from '@millrace/storage';
import type { Segment } from '../meta/segment.ts';
import { decodeLogs } from '../meta/segment-logs.ts';

/**
 * Deletes that were saved for the sources while the plan ran are deletes of the result: its metadata must name them below its own id, so their
 * objects are copied there. Copying again writes the same. Source: spec datacoord §7.6.
 */
export async function carryDeltas(
  objects: ObjectStore,
  objectRoot: string,
  plan: data.CompactionPlan,
  sources: readonly Segment[],
  target: LogOwner,
  signal: AbortSignal,
): Promise<data.FieldBinlog[]> {
  const planned = new Set(
    plan.segmentBinlogs.flatMap(({ segmentID, deltalogs }) =>
      deltalogs.flatMap(({ binlogs }) =>
        binlogs.map((log) => `${segmentID}/${log.logPath.split('/').at(-1)}`),
      ),
    ),
  );
  const binlogs: data.Binlog[] = [];
  for (const { id: segmentID, collectionID, partitionID, logs } of sources) {
    for (const log of logs.delta.flatMap(decodeLogs)) {
      if (planned.has(`${segmentID}/${log.logID}`)) continue;
      const from = { collectionID, partitionID, segmentID };
      const logPath = await copyDelta(objects, objectRoot, log.logID, from, target, signal);
      binlogs.push({ ...log, logPath });
    }
  }
  return binlogs.length === 0 ? [] : [{ fieldID: 0n, binlogs }];
}

/** Gives another segment a copy of a delta log, under the same log id; returns its key. */
export async function copyDelta(
  objects: ObjectStore,
  objectRoot: string,
  logID: bigint,
  from: LogOwner,
  to: LogOwner,
  signal: AbortSignal,
): Promise<string> {
  const key = deltaLogKey(objectRoot, { ...to, logID });
  await objects.put(
    key,
    [await objects.get(deltaLogKey(objectRoot, { ...from, logID }), { signal })],
    signal,
  );
  return key;
}
