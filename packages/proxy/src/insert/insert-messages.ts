import { Internal, pchannelOf, type Timestamp } from '@millrace/core';
import { internal } from '@millrace/proto';
import { encodeInsert } from '@millrace/stream';
import type { CollectionMeta } from '../meta/collection-cache.ts';
import type { RowsToInsert } from './rows-to-insert.ts';
import type { SegmentRows } from './segment-assigner.ts';

export interface InsertOrigin {
  readonly timestamp: Timestamp;
  readonly sourceID: bigint;
  readonly partitionName: string;
  readonly partitionID: bigint;
  readonly firstRowID: bigint;
  /** A fresh id for each message. */
  readonly nextMessageID: () => bigint;
}

export interface ChannelMessage {
  readonly channel: string;
  readonly payload: Uint8Array;
}

/** The messages of one shard: one per segment and slice of at most `bytesMax`. Source: spec datanode-and-formats §5.3. */
export function insertMessages(
  meta: CollectionMeta,
  insert: RowsToInsert,
  shard: number,
  segments: readonly SegmentRows[],
  origin: InsertOrigin,
  bytesMax: number,
): ChannelMessage[] {
  const vchannel = meta.vchannels[shard];
  const rows = insert.byShard[shard];
  if (vchannel === undefined || rows === undefined)
    throw new Internal(`collection ${meta.name} has no shard ${shard}`);
  const sliceRows = Math.max(1, Math.floor((bytesMax * 0.9) / insert.rowBytes));
  const messages: ChannelMessage[] = [];
  let at = 0;
  for (const { segmentID, rows: count } of segments) {
    for (const end = at + count; at < end; ) {
      const slice = rows.slice(at, Math.min(end, at + sliceRows));
      at += slice.length;
      messages.push({
        channel: pchannelOf(vchannel),
        payload: encode(meta, insert, vchannel, segmentID, slice, origin),
      });
    }
  }
  return messages;
}

function encode(
  meta: CollectionMeta,
  insert: RowsToInsert,
  vchannel: string,
  segmentID: bigint,
  rows: readonly number[],
  origin: InsertOrigin,
): Uint8Array {
  const { timestamp, sourceID, partitionName, partitionID, firstRowID } = origin;
  return encodeInsert(
    { msgID: origin.nextMessageID(), timestamp, sourceID },
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
}
