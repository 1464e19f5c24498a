import { segmentStates } from '@millrace/core';
import type { MetaKeys, WriteOp } from '@millrace/metastore';
import { data, internal } from '@millrace/proto';
import { type LogKind, logKinds } from '@millrace/storage';
import type { Segment } from './segment.ts';
import { changedFields, noLogs } from './segment-logs.ts';

const logKey = { insert: 'binlog', stats: 'statslog', delta: 'deltalog' } as const satisfies Record<
  LogKind,
  keyof MetaKeys['key']
>;

/**
 * What to write so that the store knows `next` instead of `previous`: the segment's record and the logs of each field, each where it changed. A
 * segment that becomes Flushed is announced to IndexCoord in the same transaction. Source: spec datacoord §6.1, §6.3.
 */
export function segmentWrites(keys: MetaKeys, previous: Segment | undefined, next: Segment): WriteOp[] {
  const ref = { collectionID: next.collectionID, partitionID: next.partitionID, segmentID: next.id };
  const writes: WriteOp[] = [];
  if (previous === undefined || Buffer.compare(previous.head, next.head) !== 0 || previous.logsInline)
    writes.push({ put: keys.key.segment(ref), value: next.head });
  const before = previous === undefined || previous.logsInline ? noLogs : previous.logs;
  const after = next.logs;
  for (const kind of logKinds) {
    for (const stored of changedFields(before[kind], after[kind])) {
      writes.push({ put: keys.key[logKey[kind]]({ ...ref, fieldID: stored.fieldID }), value: stored.bytes });
    }
  }
  if (next.state === segmentStates.flushed && previous?.state !== segmentStates.flushed) {
    writes.push({
      put: keys.key.flushedSegment(ref),
      value: data.SegmentInfo.encode(data.SegmentInfo.fromPartial({ ID: next.id })).finish(),
    });
  }
  return writes;
}

/** What to delete so that nothing of the segment is left. */
export function segmentRemoval(keys: MetaKeys, segment: Segment): WriteOp[] {
  const ref = {
    collectionID: segment.collectionID,
    partitionID: segment.partitionID,
    segmentID: segment.id,
  };
  const { logs } = segment;
  return [
    ...logKinds.flatMap((kind) =>
      logs[kind].map(({ fieldID }) => ({ delete: keys.key[logKey[kind]]({ ...ref, fieldID }) })),
    ),
    { delete: keys.key.flushedSegment(ref) },
    { delete: keys.key.segment(ref) },
  ];
}

export function checkpointWrite(keys: MetaKeys, channel: string, position: internal.MsgPosition): WriteOp {
  return {
    put: keys.key.channelCheckpoint({ vchannel: channel }),
    value: internal.MsgPosition.encode(position).finish(),
  };
}
