import { isMainThread, parentPort } from 'node:worker_threads';
import { zstd } from '@millrace/binlog';
import { seededRandom } from '@millrace/core';
import { type Rows, rowsFrom } from './rows.ts';

/** As many rows as a DataNode syncs at a time: 16 MiB of vectors. */
export const rowsPerTask = 32_768;
export const tasksPerRun = 6;
/** Size of a page of a binlog. */
const pageBytes = 1 << 20;

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  const columns = columnsOf(rowsFrom(0, rowsPerTask, seededRandom(1)));
  const compress = zstd(1);
  const once = () => {
    for (const column of columns) {
      for (let at = 0; at < column.length; at += pageBytes) compress(column.subarray(at, at + pageBytes));
    }
  };
  once();
  port.on('message', () => {
    for (let task = 0; task < tasksPerRun; task++) once();
    port.postMessage('done');
  });
  port.postMessage('ready');
}

/** The five columns as a binlog has them: keys, RowIDs, timestamps, texts behind their lengths, vectors. */
function columnsOf({ keys, texts, vectors, timestamp }: Rows): readonly Uint8Array[] {
  const longs = BigInt64Array.from(keys);
  const timestamps = new BigInt64Array(keys.length).fill(timestamp);
  const plain = texts.flatMap((text) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  const floats = Float32Array.from(vectors);
  const bytes = ({ buffer }: { readonly buffer: ArrayBuffer }) => new Uint8Array(buffer);
  return [bytes(longs), bytes(longs), bytes(timestamps), Buffer.concat(plain), bytes(floats)];
}
