import { type Column, stringsOf } from '@millrace/binlog';
import { Internal, shardOfInt64, shardOfVarchar } from '@millrace/core';

/** Row numbers of each shard, ascending: where a proxy would send rows with these keys. Pure. Source: spec datanode-and-formats §9.2. */
export function shardRows(keys: Column, shards: number): Uint32Array[] {
  const shardOfRow = new Uint16Array(keys.rows);
  const counts = new Uint32Array(shards);
  let next = 0;
  for (const shard of shardsOf(keys, shards)) {
    shardOfRow[next++] = shard;
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  const rows = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (let row = 0; row < keys.rows; row++) {
    const shard = shardOfRow[row] ?? 0;
    const at = counts[shard] ?? 0;
    const list = rows[shard];
    if (list !== undefined) list[at] = row;
    counts[shard] = at + 1;
  }
  return rows;
}

function* shardsOf(keys: Column, shards: number): Generator<number, void, void> {
  if (keys.dataType === 'varchar') {
    for (const utf8 of stringsOf(keys)) yield shardOfVarchar(Buffer.from(utf8).toString('utf8'), shards);
  } else if (keys.dataType === 'int64') {
    const { values } = keys;
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    for (let row = 0; row < keys.rows; row++) yield shardOfInt64(view.getBigInt64(8 * row, true), shards);
  } else throw new Internal(`primary keys are int64 or varchar, these are ${keys.dataType}`);
}
