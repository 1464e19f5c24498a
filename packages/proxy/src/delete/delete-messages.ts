import { pchannelOf, type Timestamp } from '@millrace/core';
import type { schema } from '@millrace/proto';
import { encodeDelete } from '@millrace/stream';
import type { ChannelMessage } from '../insert/insert-messages.ts';
import { spread } from '../insert/rows-to-insert.ts';
import { slices } from '../insert/slices.ts';
import type { CollectionMeta } from '../meta/collection-cache.ts';

export interface DeleteOrigin {
  readonly timestamp: Timestamp;
  readonly sourceID: bigint;
  readonly partitionID: bigint;
}

/** Keys that go out in one message. */
export interface DeleteSlice {
  readonly channel: string;
  readonly keys: schema.IDs;
  /** No other slice of this delete went to the channel before. */
  readonly first: boolean;
}

/** Room for all of a message but its keys and the collection's name. */
const headBytesMax = 160;
const timestampBytesMax = 10;
const integerBytesMax = 10;
/** Tag and length before a string. */
const stringHeadBytesMax = 6;

/** The keys of each shard, in as many slices as keep a message below `bytesMax`. */
export function deleteSlices(meta: CollectionMeta, keys: schema.IDs, bytesMax: number): DeleteSlice[] {
  const { idField } = keys;
  const count = idField?.value.data.length ?? 0;
  const bytesOf = (row: number) =>
    timestampBytesMax +
    (idField?.$case === 'strId'
      ? Buffer.byteLength(idField.value.data[row] ?? '') + stringHeadBytesMax
      : integerBytesMax);
  const rowsMax = bytesMax - headBytesMax - Buffer.byteLength(meta.name);
  const seen = new Set<string>();
  return spread(keys, count, meta.vchannels.length).flatMap((rows, shard) =>
    slices(rows, bytesOf, rowsMax).map((slice) => {
      const channel = pchannelOf(meta.vchannels[shard] ?? '');
      const first = !seen.has(channel);
      seen.add(channel);
      return { channel, keys: pickKeys(keys, slice), first };
    }),
  );
}

/**
 * The message of each slice. As in the original, the first of a channel has the timestamp for its msgID. Consumers drop what repeats a
 * msgID of the same pack, so that the others take ids of their own, which `nextID` gives. Source: spec datanode-and-formats §5.4, §5.7.
 */
export function deleteMessages(
  meta: CollectionMeta,
  deleted: readonly DeleteSlice[],
  { timestamp, sourceID, partitionID }: DeleteOrigin,
  nextID: () => bigint,
): ChannelMessage[] {
  return deleted.map(({ channel, keys, first }) => {
    const count = keys.idField?.value.data.length ?? 0;
    const payload = encodeDelete(
      { msgID: first ? timestamp : nextID(), timestamp, sourceID },
      {
        collectionName: meta.name,
        collectionID: meta.id,
        partitionID,
        timestamps: new Array<Timestamp>(count).fill(timestamp),
        numRows: BigInt(count),
        primaryKeys: keys,
      },
    );
    return { channel, payload };
  });
}

function pickKeys({ idField }: schema.IDs, rows: readonly number[]): schema.IDs {
  if (idField?.$case === 'intId') {
    const { data } = idField.value;
    return { idField: { $case: 'intId', value: { data: rows.map((row) => data[row] ?? 0n) } } };
  }
  const data = idField?.value.data ?? [];
  return { idField: { $case: 'strId', value: { data: rows.map((row) => data[row] ?? '') } } };
}
