import {
  ColumnBuilder,
  columnShape,
  encodeDeltaLog,
  encodeInsertLog,
  PrimaryKeyStats,
} from '@millrace/binlog';
import { dataTypes, segmentStates, shardOfInt64 } from '@millrace/core';
import { kvKeys, MemoryMetaStore, metaKeys } from '@millrace/metastore';
import { data, etcdMeta, internal, schema } from '@millrace/proto';
import { loadOptions, realClock } from '@millrace/runtime';
import { deltaLogKey, insertLogKey, MemoryObjectStore, statsLogKey } from '@millrace/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FindingKind } from './finding.ts';
import type { LocalData } from './open-local.ts';
import { verify } from './verify.ts';

const collectionID = 100n;
const partitionID = 200n;
const segmentID = 300n;
const channel = `by-dev-rootcoord-dml_0_${collectionID}v0`;
const owner = { collectionID, partitionID, segmentID };
/** Keys of the first of two shards. */
const keys = Array.from({ length: 40 }, (_, key) => BigInt(key)).filter((key) => shardOfInt64(key, 2) === 0);
const fields = [
  { fieldID: 100n, name: 'id', isPrimaryKey: true, dataType: dataTypes.int64, logID: 1n },
  { fieldID: 0n, name: 'RowID', isPrimaryKey: false, dataType: dataTypes.int64, logID: 2n },
  { fieldID: 1n, name: 'Timestamp', isPrimaryKey: false, dataType: dataTypes.int64, logID: 3n },
] as const;
const statsLogID = 4n;
const deltaLogID = 5n;

describe('verify', () => {
  let local: LocalData;
  const store = () => local.store;
  const k = metaKeys().key;

  beforeEach(async () => {
    const meta = new MemoryMetaStore({ clock: realClock });
    const objects = new MemoryObjectStore({ clock: realClock });
    local = {
      store: meta,
      keys: metaKeys(),
      kvKeys: kvKeys(),
      objects,
      objectRoot: 'files',
      options: loadOptions({}),
      close: () => meta.close(),
    };
    await plantCollection();
    await plantSegment();
  });
  afterEach(async () => {
    await local.close();
  });

  const put = (key: string, value: Uint8Array) => store().transact({ writes: [{ put: key, value }] });
  const kinds = async () => [...new Set((await verify(local)).findings.map(({ kind }) => kind))];

  async function plantCollection(): Promise<void> {
    const info = etcdMeta.CollectionInfo.fromPartial({
      ID: collectionID,
      schema: { name: 'c' },
      virtualChannelNames: [channel, `by-dev-rootcoord-dml_1_${collectionID}v1`],
      state: etcdMeta.CollectionState.CollectionCreated,
    });
    await put(k.collection({ collectionID }), etcdMeta.CollectionInfo.encode(info).finish());
    for (const { fieldID, name, isPrimaryKey, dataType } of fields) {
      const field = schema.FieldSchema.fromPartial({ fieldID, name, isPrimaryKey, dataType });
      await put(k.field({ collectionID, fieldID }), schema.FieldSchema.encode(field).finish());
    }
  }

  /** A sound segment: 3 insert logs, a stats log, a delta log. */
  async function plantSegment(): Promise<void> {
    await putSegment({});
    for (const field of fields) {
      await putLogs('binlog', field.fieldID, [{ logID: field.logID, entriesNum: BigInt(keys.length) }]);
      const values = field.fieldID === 1n ? keys.map(() => 1000n) : keys;
      await putColumn(field.fieldID, field.logID, values);
    }
    await putLogs('statslog', 100n, [{ logID: statsLogID }]);
    const stats = new PrimaryKeyStats('int64');
    for (const key of keys) stats.add(new Uint8Array(BigInt64Array.of(key).buffer));
    await local.objects.put(statsLogKey('files', { ...owner, fieldID: 100n, logID: statsLogID }), [
      stats.encode(100n),
    ]);
    await putLogs('deltalog', 0n, [{ logID: deltaLogID, entriesNum: 1n }]);
    await putDelta(segmentID);
  }

  async function putDelta(of: bigint): Promise<void> {
    const deletes = [{ primaryKey: keys[0] ?? 0n, timestamp: 2000n }];
    await local.objects.put(
      deltaLogKey('files', { ...owner, logID: deltaLogID }),
      encodeDeltaLog({ ...owner, segmentID: of, deletes, headerTimestamp: 1n }),
    );
  }

  async function putSegment(change: Partial<data.SegmentInfo>): Promise<void> {
    const info = data.SegmentInfo.fromPartial({
      ID: segmentID,
      collectionID,
      partitionID,
      insertChannel: channel,
      state: segmentStates.flushed,
      numOfRows: BigInt(keys.length),
      ...change,
    });
    await put(k.segment({ ...owner, segmentID: info.ID }), data.SegmentInfo.encode(info).finish());
  }

  async function putLogs(
    kind: 'binlog' | 'statslog' | 'deltalog',
    fieldID: bigint,
    binlogs: Partial<data.Binlog>[],
  ): Promise<void> {
    await put(
      k[kind]({ ...owner, fieldID }),
      data.FieldBinlog.encode(data.FieldBinlog.fromPartial({ fieldID, binlogs })).finish(),
    );
  }

  async function putColumn(
    fieldID: bigint,
    logID: bigint,
    values: readonly bigint[],
    of = segmentID,
  ): Promise<void> {
    const builder = new ColumnBuilder(columnShape(dataTypes.int64));
    builder.appendFixed(new Uint8Array(BigInt64Array.from(values).buffer));
    const log = encodeInsertLog({
      ...owner,
      segmentID: of,
      fieldID,
      dataType: dataTypes.int64,
      column: builder.view(),
      startTimestamp: 1n,
      endTimestamp: 2n,
      headerTimestamp: 1n,
    });
    await local.objects.put(insertLogKey('files', { ...owner, fieldID, logID }), log);
  }

  it('finds nothing in a sound cluster', async () => {
    const result = await verify(local);
    expect(result).toEqual({ findings: [], segments: 1, objects: 5 });
  });

  it('takes deletes that a compaction carried over, from however far', async () => {
    await putSegment({ compactionFrom: [301n] });
    await putSegment({ ID: 301n, state: segmentStates.dropped, compactionFrom: [302n] });
    await putSegment({ ID: 302n, state: segmentStates.dropped });
    await putDelta(302n);
    expect(await kinds()).toEqual([]);
  });

  const key = (fieldID: bigint, logID: bigint) => insertLogKey('files', { ...owner, fieldID, logID });
  const damages: readonly (readonly [FindingKind, string, () => Promise<unknown>])[] = [
    [
      'undecodable-metadata',
      'a segment record of noise',
      () => put(k.segment(owner), Buffer.from([0xff, 0xff, 0xff])),
    ],
    [
      'logs-without-segment',
      'logs whose segment record is gone',
      () => store().transact({ writes: [{ delete: k.segment(owner) }] }),
    ],
    [
      'unknown-collection',
      'a segment of no collection',
      () => store().transact({ writes: [{ delete: k.collection({ collectionID }) }] }),
    ],
    ['missing-object', 'an insert log that is gone', () => local.objects.remove(key(100n, 1n))],
    [
      'corrupt-object',
      'an insert log cut short',
      async () =>
        local.objects.put(key(100n, 1n), [(await local.objects.get(key(100n, 1n))).subarray(0, 150)]),
    ],
    ['foreign-object', "another segment's file in its place", () => putColumn(0n, 2n, keys, 999n)],
    ['foreign-object', "another segment's deletes in its place", () => putDelta(999n)],
    [
      'foreign-object',
      'deletes of a segment that it was not compacted from',
      async () => {
        await putSegment({ compactionFrom: [301n] });
        await putSegment({ ID: 301n, state: segmentStates.dropped });
        await putDelta(999n);
      },
    ],
    [
      'missing-field',
      'a field without logs',
      () => store().transact({ writes: [{ delete: k.binlog({ ...owner, fieldID: 1n }) }] }),
    ],
    [
      'uneven-logs',
      'a field with a file more',
      () =>
        putLogs('binlog', 1n, [
          { logID: 3n, entriesNum: BigInt(keys.length) },
          { logID: 3n, entriesNum: BigInt(keys.length) },
        ]),
    ],
    ['row-count', 'a row count that is wrong', () => putSegment({ numOfRows: 7n })],
    [
      'stats-mismatch',
      'a stats log of other keys',
      async () => {
        const stats = new PrimaryKeyStats('int64');
        stats.add(new Uint8Array(BigInt64Array.of(123_456n).buffer));
        await local.objects.put(statsLogKey('files', { ...owner, fieldID: 100n, logID: statsLogID }), [
          stats.encode(100n),
        ]);
      },
    ],
    [
      'duplicate-row',
      'a row id that is there twice',
      () =>
        putColumn(
          0n,
          2n,
          keys.map(() => 5n),
        ),
    ],
    [
      'wrong-shard',
      'keys of another shard',
      async () => {
        await putSegment({ insertChannel: `by-dev-rootcoord-dml_1_${collectionID}v1` });
      },
    ],
    [
      'checkpoint-ahead',
      'a checkpoint past rows that are in no binlog',
      async () => {
        const start = internal.MsgPosition.fromPartial({
          channelName: channel,
          msgID: Buffer.alloc(8),
          timestamp: 10n,
        });
        await putSegment({ ID: 301n, state: segmentStates.growing, numOfRows: 0n, startPosition: start });
        await put(
          k.channelCheckpoint({ vchannel: channel }),
          internal.MsgPosition.encode({ ...start, timestamp: 20n }).finish(),
        );
      },
    ],
    ['phantom-object', 'a file that nothing names', () => putColumn(100n, 77n, keys)],
  ];

  it.each(damages)('names %s: %s', async (kind, _what, damage) => {
    await damage();
    expect(await kinds()).toContain(kind);
  });
});
