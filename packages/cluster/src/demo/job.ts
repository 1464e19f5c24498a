import { Unavailable } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { DataType, MilvusClient } from '@zilliz/milvus2-sdk-node';
import type { DataSet } from './data-set.ts';
import { Progress } from './progress.ts';

export interface JobResult {
  readonly collection: string;
  /** Primary keys that were deleted again. */
  readonly deleted: ReadonlySet<number>;
  readonly insertMs: number;
  readonly flushMs: number;
}

const shards = 4;
const partitions = ['even', 'odd'] as const;
/** Rows of one insert: about half a megabyte of vectors. */
const batchBytes = 512 * 1024;
const flushMsMax = 120_000;

/** One in a hundred rows is deleted again. */
export const isDeleted = (row: number): boolean => row % 100 === 7;
export const partitionOf = (row: number): (typeof partitions)[number] => (row % 2 === 0 ? 'even' : 'odd');

/** Creates a collection, inserts the rows, deletes some, and waits until all is flushed: all through the official SDK. */
export async function runJob(address: string, data: DataSet): Promise<JobResult> {
  const client = new MilvusClient({ address, ssl: false, timeout: 60_000, logLevel: 'error' });
  try {
    const collection = `demo_${Math.trunc(realClock.now()).toString(36)}`;
    await createCollection(client, collection, data.dim);
    const insertMs = await insertRows(client, collection, data);
    const deleted = await deleteRows(client, collection, data);
    const flushMs = await flush(client, collection);
    return { collection, deleted, insertMs, flushMs };
  } finally {
    await client.closeConnection();
  }
}

async function createCollection(client: MilvusClient, name: string, dim: number): Promise<void> {
  succeeded(
    await client.createCollection({
      collection_name: name,
      shards_num: shards,
      fields: [
        { name: 'id', data_type: DataType.Int64, is_primary_key: true },
        { name: 'vector', data_type: DataType.FloatVector, dim },
        { name: 'label', data_type: DataType.Int8 },
        { name: 'text', data_type: DataType.VarChar, max_length: 64 },
      ],
    }),
  );
  for (const partition of partitions) {
    succeeded(await client.createPartition({ collection_name: name, partition_name: partition }));
  }
  process.stdout.write(
    `collection             ${name}: ${shards} shards, partitions ${partitions.join(' and ')}\n`,
  );
}

async function insertRows(client: MilvusClient, collection: string, data: DataSet): Promise<number> {
  const progress = new Progress('insert', data.rows, 'rows');
  const startedMs = realClock.monotonic();
  const batchRows = Math.max(1, Math.floor(batchBytes / (data.dim * 4)));
  let sent = 0;
  for (const partition of partitions) {
    const rows = Array.from({ length: data.rows }, (_, row) => row).filter(
      (row) => partitionOf(row) === partition,
    );
    for (let at = 0; at < rows.length; at += batchRows) {
      const batch = rows.slice(at, at + batchRows);
      const answer = await client.insert({
        collection_name: collection,
        partition_name: partition,
        data: batch.map((row) => ({
          id: row,
          vector: Array.from(data.vector(row)),
          label: data.label(row),
          text: data.text(row),
        })),
      });
      succeeded(answer.status);
      sent += batch.length;
      progress.update(sent);
    }
  }
  const tookMs = realClock.monotonic() - startedMs;
  progress.done(`${sent} rows in ${seconds(tookMs)}, ${perSecond(sent, tookMs)} rows/s (the SDK included)`);
  return tookMs;
}

async function deleteRows(
  client: MilvusClient,
  collection: string,
  data: DataSet,
): Promise<ReadonlySet<number>> {
  const keys = Array.from({ length: data.rows }, (_, row) => row).filter(isDeleted);
  const progress = new Progress('delete', keys.length, 'rows');
  const batch = 1000;
  for (let at = 0; at < keys.length; at += batch) {
    const answer = await client.delete({
      collection_name: collection,
      filter: `id in [${keys.slice(at, at + batch).join(', ')}]`,
    });
    succeeded(answer.status);
    progress.update(at);
  }
  progress.done(`${keys.length} rows`);
  return new Set(keys);
}

async function flush(client: MilvusClient, collection: string): Promise<number> {
  const startedMs = realClock.monotonic();
  const answer = await client.flush({ collection_names: [collection] });
  succeeded(answer.status);
  // Typed as numbers, the ids are decimal text: the SDK passes them back as they are.
  const segmentIDs: number[] = answer.coll_segIDs[collection]?.data ?? [];
  const progress = new Progress('flush', segmentIDs.length, 'segments');
  for (;;) {
    const states = await Promise.all(segmentIDs.map((id) => client.getFlushState({ segmentIDs: [id] })));
    for (const { status } of states) succeeded(status);
    const flushed = states.filter((state) => state.flushed).length;
    progress.update(flushed);
    if (flushed === segmentIDs.length) break;
    if (realClock.monotonic() - startedMs > flushMsMax) {
      throw new Unavailable(
        `only ${flushed} of ${segmentIDs.length} segments were flushed within ${flushMsMax / 1000} s: see the logs`,
      );
    }
    await realClock.sleep(100);
  }
  const tookMs = realClock.monotonic() - startedMs;
  progress.done(`${segmentIDs.length} segments in ${seconds(tookMs)}`);
  return tookMs;
}

function succeeded(status: { readonly error_code?: string | number; readonly reason?: string }): void {
  if (status.error_code === 'Success' || status.error_code === 0) return;
  throw new Unavailable(`the cluster refused: ${status.reason} (${status.error_code})`);
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

export function perSecond(count: number, ms: number): string {
  return Math.round(count / Math.max(0.001, ms / 1000)).toLocaleString('en-US');
}
