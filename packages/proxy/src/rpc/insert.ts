import { Invalid } from '@millrace/core';
import type { milvus } from '@millrace/proto';
import { type ChannelMessage, insertMessage, insertSlices } from '../insert/insert-messages.ts';
import { rowsToInsert } from '../insert/rows-to-insert.ts';
import { insertBytes } from '../limits/request-bytes.ts';
import { CollectionCache } from '../meta/collection-cache.ts';
import type { ProxyParts } from '../proxy-parts.ts';
import type { Call } from './call.ts';

/** Checks, spreads over the shards, assigns to segments, and answers once every row is in the log. Source: spec datanode-and-formats §5.3. */
export const insert: Call<'insert'> = (parts) => (request) =>
  parts.budget.run(insertBytes(request), () => add(parts, request));

async function add(
  parts: ProxyParts,
  request: milvus.InsertRequest,
): Promise<Partial<milvus.MutationResult>> {
  const meta = await parts.collections.get(request.collectionName);
  const partitionName =
    request.partitionName === '' ? parts.settings.defaultPartitionName : request.partitionName;
  const partitionID = CollectionCache.partitionID(meta, partitionName);
  if (request.numRows === 0) throw new Invalid('the insert has no rows: send at least one');
  // One message for each shard is the usual case: their ids come with those of the rows.
  const messageIDs = meta.vchannels.length;
  const firstRowID = await parts.ids.take(request.numRows + messageIDs);
  const rows = rowsToInsert(meta, request, firstRowID);
  const write = parts.writes.begin(meta.pchannels);
  try {
    const timestamp = await parts.timestamps.take(1);
    write.stamp(timestamp);
    const origin = {
      timestamp,
      sourceID: parts.serverID,
      partitionName,
      partitionID,
      firstRowID,
    };
    const shards = rows.byShard.flatMap((own, shard) =>
      own.length === 0 ? [] : [{ shard, count: own.length }],
    );
    const logBytesMax = parts.stream.messageBytesMax;
    const bytesMax = Math.min(parts.settings.messageBytesMax, logBytesMax);
    const byShard = await Promise.all(
      shards.map(async ({ shard, count }) => {
        const channel = meta.vchannels[shard] ?? '';
        const target = { collectionID: meta.id, partitionID, channel, rows: count, timestamp };
        const segments = await parts.segments.assign(target);
        return insertSlices(meta, rows, shard, segments, bytesMax);
      }),
    );
    const slices = byShard.flat();
    const firstMessageID =
      slices.length <= messageIDs
        ? firstRowID + BigInt(request.numRows)
        : await parts.ids.take(slices.length);
    const messages = slices.map((slice, at) =>
      insertMessage(meta, rows, slice, origin, firstMessageID + BigInt(at), logBytesMax),
    );
    await publish(parts, messages);
    return {
      IDs: rows.primaryKeys,
      succIndex: Array.from({ length: rows.rows }, (_, row) => row),
      insertCnt: BigInt(rows.rows),
      timestamp,
    };
  } finally {
    write.end();
  }
}

/** Messages of one channel go out in one publication, channels side by side. */
export async function publish(parts: ProxyParts, messages: readonly ChannelMessage[]): Promise<void> {
  const byChannel = Map.groupBy(messages, ({ channel }) => channel);
  // All settled before anything is thrown: what is still being written holds the channel's tick back.
  const results = await Promise.allSettled(
    [...byChannel].map(([channel, own]) =>
      parts.stream.publish(
        channel,
        own.map(({ payload }) => payload),
      ),
    ),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
