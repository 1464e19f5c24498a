import { pchannelOf } from '@millrace/core';
import type { schema } from '@millrace/proto';
import { encodeDelete } from '@millrace/stream';
import { parseDeleteExpression } from '../delete/parse-expression.ts';
import type { ChannelMessage } from '../insert/insert-messages.ts';
import { spread } from '../insert/rows-to-insert.ts';
import { CollectionCache } from '../meta/collection-cache.ts';
import type { Call } from './call.ts';
import { publish } from './insert.ts';

/** Rows of every partition. */
const allPartitions = -1n;

/** Deletes by primary key: answers once every shard's log has the delete. Source: spec datanode-and-formats §5.4. */
export const deleteRows: Call<'delete'> = (parts) => async (request) => {
  const meta = await parts.collections.get(request.collectionName);
  const partitionID =
    request.partitionName === '' ? allPartitions : CollectionCache.partitionID(meta, request.partitionName);
  const keys = parseDeleteExpression(request.expr, meta.primaryKey);
  const count = keys.idField?.value.data.length ?? 0;
  const write = parts.writes.begin(meta.pchannels);
  try {
    const timestamp = await parts.timestamps.take(1);
    write.stamp(timestamp);
    const messages: ChannelMessage[] = [];
    for (const [shard, rows] of spread(keys, count, meta.vchannels.length).entries()) {
      const vchannel = meta.vchannels[shard];
      if (rows.length === 0 || vchannel === undefined) continue;
      const payload = encodeDelete(
        { msgID: timestamp, timestamp, sourceID: parts.serverID },
        {
          collectionName: meta.name,
          collectionID: meta.id,
          partitionID,
          timestamps: rows.map(() => timestamp),
          numRows: BigInt(rows.length),
          primaryKeys: pickKeys(keys, rows),
        },
      );
      messages.push({ channel: pchannelOf(vchannel), payload });
    }
    await publish(parts, messages);
    return { IDs: keys, deleteCnt: BigInt(count), timestamp };
  } finally {
    write.end();
  }
};

function pickKeys({ idField }: schema.IDs, rows: readonly number[]): schema.IDs {
  if (idField?.$case === 'intId') {
    const { data } = idField.value;
    return { idField: { $case: 'intId', value: { data: rows.map((row) => data[row] ?? 0n) } } };
  }
  const data = idField?.value.data ?? [];
  return { idField: { $case: 'strId', value: { data: rows.map((row) => data[row] ?? '') } } };
}
