import { composeTimestamp, segmentStates } from '@millrace/core';
import type { MetaStore } from '@millrace/metastore';
import { data, type internal } from '@millrace/proto';
import fc from 'fast-check';
import { Segment, type SegmentChanges } from '../meta/segment.ts';
import { byField, type StoredFieldLogs } from '../meta/segment-logs.ts';
import { channel, collectionID, partitionID, positionAt } from './harness.ts';

/** A flushed segment of one field, unless told otherwise. */
export function aSegment(id: bigint, changes: SegmentChanges = {}): Segment {
  return Segment.create({
    id,
    collectionID,
    partitionID,
    channel,
    state: segmentStates.flushed,
    rows: 10,
    maxRows: 1_000,
    startPosition: positionAt(composeTimestamp(1_000)),
    dmlPosition: positionAt(composeTimestamp(2_000)),
    logs: {
      insert: [fieldLogs(100n, [{ entriesNum: 10n, logSize: 80n, logID: id + 1n }])],
      stats: [fieldLogs(100n, [{ logSize: 9n, logID: id + 2n }])],
      delta: [],
    },
    ...changes,
  });
}

export function fieldLogs(fieldID: bigint, logs: readonly Partial<data.Binlog>[]): StoredFieldLogs {
  const message = data.FieldBinlog.fromPartial({ fieldID, binlogs: logs.map((log) => ({ ...log })) });
  return { fieldID, bytes: data.FieldBinlog.encode(message).finish() };
}

/** Every key below the root with its bytes. */
export async function everything(store: MetaStore): Promise<ReadonlyMap<string, string>> {
  const { kvs } = await store.range({ prefix: 'by-dev/' });
  return new Map(kvs.map(({ key, value }) => [key, Buffer.from(value).toString('hex')]));
}

const id = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const rows = fc.nat(2 ** 31 - 1).map(BigInt);

export const anyPosition: fc.Arbitrary<internal.MsgPosition> = fc.record({
  channelName: fc.string(),
  msgID: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
  msgGroup: fc.string(),
  timestamp: uint64,
});

/** As stored: mostly as we write it, now and then with a path, without an id, or with one that none of ours has. */
const anyLog: fc.Arbitrary<data.Binlog> = fc.record({
  entriesNum: fc.oneof(rows, fc.constant(0n)),
  timestampFrom: fc.oneof(uint64, fc.constant(0n)),
  timestampTo: uint64,
  logPath: fc.oneof({ weight: 9, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.string() }),
  logSize: fc.oneof(rows, fc.constant(0n)),
  logID: fc.oneof(
    { weight: 9, arbitrary: id },
    { weight: 4, arbitrary: fc.bigInt({ min: 1n, max: 10n ** 7n }) },
    { weight: 1, arbitrary: fc.constantFrom(0n, -1n) },
  ),
});

const anyFieldLogs: fc.Arbitrary<readonly StoredFieldLogs[]> = fc
  .uniqueArray(
    fc.tuple(fc.oneof(fc.bigInt({ min: 0n, max: 300n }), id), fc.array(anyLog, { maxLength: 4 })),
    {
      selector: ([fieldID]) => fieldID,
      maxLength: 4,
    },
  )
  .map((lists) => byField(lists.map(([fieldID, logs]) => fieldLogs(fieldID, logs))));

/** Any segment a store may hold. */
export const anySegment: fc.Arbitrary<Segment> = fc
  .record({
    id,
    collectionID: id,
    partitionID: id,
    channel: fc.string({ unit: 'grapheme' }),
    state: fc.constantFrom(...Object.values(segmentStates)),
    rows: fc.nat(2 ** 31 - 1),
    maxRows: fc.nat(2 ** 31 - 1),
    lastExpireTime: uint64,
    startPosition: fc.option(anyPosition, { nil: undefined }),
    dmlPosition: fc.option(anyPosition, { nil: undefined }),
    createdByCompaction: fc.boolean(),
    compactionFrom: fc.array(id, { maxLength: 3 }),
    droppedAt: uint64,
    isImporting: fc.boolean(),
    isFake: fc.boolean(),
    logs: fc.record({ insert: anyFieldLogs, stats: anyFieldLogs, delta: anyFieldLogs }),
  })
  .map((made) => Segment.create(made));
