import type { milvus } from '@millrace/proto';
import { deleteMessages, deleteSlices } from '../delete/delete-messages.ts';
import { parseDeleteExpression } from '../delete/parse-expression.ts';
import { CollectionCache } from '../meta/collection-cache.ts';
import type { ProxyParts } from '../proxy-parts.ts';
import type { Call } from './call.ts';
import { publish } from './insert.ts';

/** Rows of every partition. */
const allPartitions = -1n;

/** Deletes by primary key: answers once every shard's log has the delete. Source: spec datanode-and-formats §5.4. */
export const deleteRows: Call<'delete'> = (parts) => (request) =>
  parts.budget.run(Buffer.byteLength(request.expr), () => remove(parts, request));

async function remove(
  parts: ProxyParts,
  request: milvus.DeleteRequest,
): Promise<Partial<milvus.MutationResult>> {
  const meta = await parts.collections.get(request.collectionName);
  const partitionID =
    request.partitionName === '' ? allPartitions : CollectionCache.partitionID(meta, request.partitionName);
  const keys = parseDeleteExpression(request.expr, meta.primaryKey);
  const bytesMax = Math.min(parts.settings.messageBytesMax, parts.stream.messageBytesMax);
  const slices = deleteSlices(meta, keys, bytesMax);
  const repeated = slices.filter(({ first }) => !first).length;
  let nextID = repeated === 0 ? 0n : await parts.ids.take(repeated);
  const write = parts.writes.begin(meta.pchannels);
  try {
    const timestamp = await parts.timestamps.take(1);
    write.stamp(timestamp);
    const origin = { timestamp, sourceID: parts.serverID, partitionID };
    await publish(
      parts,
      deleteMessages(meta, slices, origin, () => nextID++),
    );
    return { IDs: keys, deleteCnt: BigInt(keys.idField?.value.data.length ?? 0), timestamp };
  } finally {
    write.end();
  }
}
