import { segmentStates } from '@millrace/core';
import {
  type MetaKeys,
  type SegmentRef,
  transactionBytes,
  transactionBytesMax,
  transactionOpsMax,
  type WriteOp,
} from '@millrace/metastore';
import { data, internal } from '@millrace/proto';
import { type LogKind, logKinds } from '@millrace/storage';
import type { Segment } from './segment.ts';
import { changedFields, noLogs } from './segment-logs.ts';

const logKey = { insert: 'binlog', stats: 'statslog', delta: 'deltalog' } as const satisfies Record<
  LogKind,
  keyof MetaKeys['key']
>;

/**
 * What to write so that the store knows `next` instead of `previous`: the segment's record and the logs of each field, each where it changed.
 * A segment that becomes Flushed is announced to IndexCoord in the same transaction. Source: spec datacoord §6.1, §6.3.
 */
export function segmentWrites(keys: MetaKeys, previous: Segment | undefined, next: Segment): WriteOp[] {
  return [...logWrites(keys, previous, next), ...recordWrites(keys, previous, next)];
}

/** Of the writes above those of logs: nobody sees them of a segment whose record is not there. */
export function logWrites(keys: MetaKeys, previous: Segment | undefined, next: Segment): WriteOp[] {
  const before = previous === undefined || previous.logsInline ? noLogs : previous.logs;
  const after = next.logs;
  return logKinds.flatMap((kind) =>
    changedFields(before[kind], after[kind]).map(({ fieldID, bytes }) => ({
      put: keys.key[logKey[kind]]({ ...refOf(next), fieldID }),
      value: bytes,
    })),
  );
}

/** … and those that make them part of the segment. */
export function recordWrites(keys: MetaKeys, previous: Segment | undefined, next: Segment): WriteOp[] {
  const ref = refOf(next);
  const writes: WriteOp[] = [];
  if (previous === undefined || Buffer.compare(previous.head, next.head) !== 0 || previous.logsInline)
    writes.push({ put: keys.key.segment(ref), value: next.head });
  if (next.state === segmentStates.flushed && previous?.state !== segmentStates.flushed) {
    writes.push({
      put: keys.key.flushedSegment(ref),
      value: data.SegmentInfo.encode(data.SegmentInfo.fromPartial({ ID: next.id })).finish(),
    });
  }
  return writes;
}

/** Takes every key of a segment away, whoever wrote it. */
export function removalWrites(keys: MetaKeys, segment: Segment): WriteOp[] {
  const ref = refOf(segment);
  return [
    { delete: keys.key.segment(ref) },
    { delete: keys.key.flushedSegment(ref) },
    { deletePrefix: keys.prefix.binlogsOfSegment(ref) },
    { deletePrefix: keys.prefix.statslogsOfSegment(ref) },
    { deletePrefix: keys.prefix.deltalogsOfSegment(ref) },
  ];
}

function refOf({ collectionID, partitionID, id }: Segment): SegmentRef {
  return { collectionID, partitionID, segmentID: id };
}

/** What the compares of a coordinator's transactions leave room for. */
const opsMax = transactionOpsMax - 8;
const bytesMax = transactionBytesMax - 8 * 1024;

export function fitsOneTransaction(writes: readonly WriteOp[]): boolean {
  return writes.length <= opsMax && transactionBytes({ writes }) <= bytesMax;
}

/** The writes in their order, in as few transactions as take them. */
export function inTransactions(writes: readonly WriteOp[]): WriteOp[][] {
  const transactions: WriteOp[][] = [];
  let open: WriteOp[] = [];
  let bytes = 0;
  for (const write of writes) {
    const own = transactionBytes({ writes: [write] });
    if (open.length === opsMax || (open.length > 0 && bytes + own > bytesMax)) {
      transactions.push(open);
      open = [];
      bytes = 0;
    }
    open.push(write);
    bytes += own;
  }
  return open.length > 0 ? [...transactions, open] : transactions;
}

export function checkpointWrite(keys: MetaKeys, channel: string, position: internal.MsgPosition): WriteOp {
  return {
    put: keys.key.channelCheckpoint({ vchannel: channel }),
    value: internal.MsgPosition.encode(position).finish(),
  };
}
