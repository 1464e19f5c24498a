import { Internal, Invalid, pchannelOf, type Timestamp } from '@millrace/core';
import { internal } from '@millrace/proto';
import { encodeInsert } from '@millrace/stream';
import type { CollectionMeta } from '../meta/collection-cache.ts';
import type { RowsToInsert } from './rows-to-insert.ts';
import type { SegmentRows } from './segment-assigner.ts';
import { slices } from './slices.ts';

export interface InsertOrigin {
  readonly timestamp: Timestamp;
  readonly sourceID: bigint;
  readonly partitionName: string;
  readonly partitionID: bigint;
  readonly firstRowID: bigint;
}

export interface ChannelMessage {
  readonly channel: string;
  readonly payload: Uint8Array;
}

/** Rows that go out in one message. */
export interface InsertSlice {
  readonly vchannel: string;
  readonly segmentID: bigint;
  readonly rows: readonly number[];
}

/** The slices of one shard: each segment's rows in as many as keep their message below `bytesMax`, where a single row does. */
export function insertSlices(
  meta: CollectionMeta,
  insert: RowsToInsert,
  shard: number,
  segments: readonly SegmentRows[],
  bytesMax: number,
): InsertSlice[] {
  const vchannel = meta.vchannels[shard];
  const rows = insert.byShard[shard];
  if (vchannel === undefined || rows === undefined)
    throw new Internal(`collection ${meta.name} has no shard ${shard}`);
  const rowsMax = bytesMax - headBytesMax(meta, insert);
  let at = 0;
  return segments.flatMap(({ segmentID, rows: count }) => {
    const own = rows.slice(at, at + count);
    at += count;
    return slices(own, insert.bytesOf, rowsMax).map((slice) => ({ vchannel, segmentID, rows: slice }));
  });
}

/** The message of a slice; `msgID` is its own. Throws Invalid when it is above `bytesMax`, what the log takes. Source: spec datanode-and-formats §5.3. */
export function insertMessage(
  meta: CollectionMeta,
  insert: RowsToInsert,
  { vchannel, segmentID, rows }: InsertSlice,
  { timestamp, sourceID, partitionName, partitionID, firstRowID }: InsertOrigin,
  msgID: bigint,
  bytesMax: number,
): ChannelMessage {
  const payload = encodeInsert(
    { msgID, timestamp, sourceID },
    {
      shardName: vchannel,
      collectionName: meta.name,
      partitionName,
      collectionID: meta.id,
      partitionID,
      segmentID,
      timestamps: rows.map(() => timestamp),
      rowIDs: rows.map((row) => firstRowID + BigInt(row)),
      fieldsData: insert.fields.map((field) => field.pick(rows)),
      numRows: BigInt(rows.length),
      version: internal.InsertDataVersion.ColumnBased,
    },
  );
  if (payload.length > bytesMax) {
    throw new Invalid(
      `row ${rows[0]} makes a message of ${payload.length} bytes, the log takes ${bytesMax}: send shorter strings or vectors`,
    );
  }
  return { channel: pchannelOf(vchannel), payload };
}

/** Room for the largest value of each number of a message beside its rows, and for the lengths written before what nests in a field. */
const numbersBytesMax = 160;
const fieldBytesMax = 40;

/** Bytes of a message beside its rows, at most. */
function headBytesMax(meta: CollectionMeta, insert: RowsToInsert): number {
  const text = (value: string) => Buffer.byteLength(value) + 6;
  const partition = Math.max(0, ...[...meta.partitions.keys()].map(text));
  const channel = Math.max(0, ...meta.vchannels.map(text));
  const fields = insert.fields.reduce((sum, { field }) => sum + text(field.name) + fieldBytesMax, 0);
  return numbersBytesMax + text(meta.name) + partition + channel + fields;
}
