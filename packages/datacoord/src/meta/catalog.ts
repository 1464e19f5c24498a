import { segmentStates } from '@millrace/core';
import type { MetaKeys, WriteOp } from '@millrace/metastore';
import { data, internal } from '@millrace/proto';
import type { LogKind } from '@millrace/storage';
import type { Segment } from './segment.ts';
import { encodeSegment } from './segment.ts';
import type { LogList } from './segment-logs.ts';

const logKey = { insert: 'binlog', stats: 'statslog', delta: 'deltalog' } as const satisfies Record<
  LogKind,
  keyof MetaKeys['key']
>;

/**
 * What to write so that the store knows `next` instead of `previous`: the segment's record, and of its logs only the fields that changed. A
 * segment that becomes Flushed is announced to IndexCoord in the same transaction. Source: spec datacoord §6.1, §6.3.
 */
export function segmentWrites(keys: MetaKeys, previous: Segment | undefined, next: Segment): WriteOp[] {
  const ref = { collectionID: next.collectionID, partitionID: next.partitionID, segmentID: next.id };
  const writes: WriteOp[] = [{ put: keys.key.segment(ref), value: encodeSegment(next) }];
  for (const kind of ['insert', 'stats', 'delta'] as const) {
    for (const stored of changedFields(previous?.logs[kind], next.logs[kind])) {
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

function changedFields(previous: LogList | undefined, next: LogList): LogList {
  if (previous === next) return [];
  const before = new Map(previous?.map((stored) => [stored.fieldID, stored.bytes]));
  return next.filter((stored) => before.get(stored.fieldID) !== stored.bytes);
}

export function checkpointWrite(keys: MetaKeys, channel: string, position: internal.MsgPosition): WriteOp {
  return {
    put: keys.key.channelCheckpoint({ vchannel: channel }),
    value: internal.MsgPosition.encode(position).finish(),
  };
}
