import { segmentStates } from '@millrace/core';
import type { data } from '@millrace/proto';
import type { Coordinator } from '../coordinator.ts';
import type { Meta } from '../meta/meta.ts';
import type { Segment } from '../meta/segment.ts';
import { appendLogs, logIDFromPath } from '../meta/segment-logs.ts';
import { copyDelta } from './carried-deltas.ts';

/**
 * Deletes saved for a segment that was compacted away are deletes of what came of it: a node that got the channel while the plan ran does not
 * know the result yet. The original takes such a save and forgets it, which brings the deleted rows back. The same again changes nothing.
 */
export async function inheritDeltas(
  { meta, objects, settings }: Pick<Coordinator, 'meta' | 'objects' | 'settings'>,
  source: Segment,
  deltas: readonly data.FieldBinlog[],
  signal: AbortSignal,
): Promise<void> {
  if (deltas.every(({ binlogs }) => binlogs.length === 0)) return;
  for (let heir = heirOf(meta, source); heir !== undefined; heir = heirOf(meta, source)) {
    const { id, collectionID, partitionID } = heir;
    const target = { collectionID, partitionID, segmentID: id };
    const copied: data.FieldBinlog[] = [];
    for (const { fieldID, binlogs } of deltas) {
      const copies: data.Binlog[] = [];
      for (const log of binlogs) {
        const logID = log.logPath === '' ? log.logID : logIDFromPath('delta', source.id, log.logPath);
        const from = { ...target, segmentID: source.id };
        const logPath = await copyDelta(objects, settings.objectRoot, logID, from, target, signal);
        copies.push({ ...log, logPath });
      }
      copied.push({ fieldID, binlogs: copies });
    }
    const saved = await meta.change(id, (present) => {
      if (present.state === segmentStates.dropped) return present;
      const delta = appendLogs(present.logs.delta, 'delta', id, copied);
      return delta === present.logs.delta ? present : present.with({ logs: { ...present.logs, delta } });
    });
    if (saved.state !== segmentStates.dropped) return;
    // It was compacted away meanwhile: on to what came of it.
  }
}

/** The living segment that holds the rows of one that was compacted away, over several compactions. */
function heirOf({ segments }: Pick<Meta, 'segments'>, source: Segment): Segment | undefined {
  let heir: Segment | undefined = source;
  while (heir !== undefined && heir.state === segmentStates.dropped) [heir] = segments.compactedFrom(heir.id);
  return heir;
}
