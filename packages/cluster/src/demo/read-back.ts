import { isDurable } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { findCollection, readSegments } from '../inspect/catalog.ts';
import type { LocalData } from '../inspect/open-local.ts';
import { cellReader, type RowBatch, readSegmentRows } from '../inspect/read-rows.ts';
import { primaryKeyOfCollection } from '../inspect/schema.ts';
import type { DataSet } from './data-set.ts';
import { partitionOf } from './job.ts';
import { Progress } from './progress.ts';

export interface SegmentSummary {
  readonly segment: string;
  readonly partition: string;
  readonly channel: string;
  readonly rows: number;
  readonly deleted: number;
  readonly bytes: number;
}

export interface ReadBack {
  readonly segments: readonly SegmentSummary[];
  readonly tookMs: number;
  /** What is wrong, one line each; empty when every row is there exactly once. */
  readonly faults: readonly string[];
  /** Rows that live. */
  readonly rows: number;
}

/** Faults beyond this number are only counted. */
const faultsShown = 10;

/** Reads every row of a collection out of its binlogs and compares it, value by value, with what was sent. */
export async function readBack(
  local: LocalData,
  name: string,
  data: DataSet,
  deleted: ReadonlySet<number>,
): Promise<ReadBack> {
  const startedMs = realClock.monotonic();
  const collection = await findCollection(local.store, local.keys, name);
  const primaryKey = primaryKeyOfCollection(collection);
  const fieldID = (field: string) => collection.fields.find((f) => f.name === field)?.fieldID ?? -1n;
  const partitions = new Map(collection.partitions.map((partition) => [partition.id, partition.name]));
  const progress = new Progress('read back', data.rows, 'rows');
  const seen = new Uint8Array(data.rows);
  const faults: string[] = [];
  let faultCount = 0;
  const fault = (text: string) => {
    faultCount++;
    if (faults.length < faultsShown) faults.push(text);
  };
  const segments: SegmentSummary[] = [];
  let read = 0;
  let rows = 0;
  for (const segment of await readSegments(local.store, local.keys, collection.id)) {
    if (!isDurable(segment.info.state)) continue;
    const partition = partitions.get(segment.info.partitionID) ?? '?';
    const summary = { rows: 0, deleted: 0, bytes: 0 };
    for await (const batch of readSegmentRows(local.objects, local.objectRoot, segment, primaryKey)) {
      summary.bytes += batch.bytes;
      for (const row of compare(batch, data, fieldID, partition, fault)) {
        const gone = batch.deleted[row.at] === 1;
        if (gone !== deleted.has(row.key))
          fault(`row ${row.key} is ${gone ? '' : 'not '}deleted in its delta log`);
        if (seen[row.key] === 1) fault(`row ${row.key} is there twice`);
        seen[row.key] = 1;
        summary.rows++;
        if (gone) summary.deleted++;
        else rows++;
      }
      read += batch.rows;
      progress.update(read);
    }
    segments.push({
      segment: String(segment.info.ID),
      partition,
      channel: segment.info.insertChannel,
      ...summary,
    });
  }
  for (let row = 0; row < data.rows; row++) if (seen[row] !== 1) fault(`row ${row} is missing`);
  if (faultCount > faults.length) faults.push(`… and ${faultCount - faults.length} more`);
  const tookMs = realClock.monotonic() - startedMs;
  progress.done(`${read} rows, ${segments.length} segments`);
  return { segments, tookMs, faults, rows };
}

function* compare(
  batch: RowBatch,
  data: DataSet,
  fieldID: (field: string) => bigint,
  partition: string,
  fault: (text: string) => void,
): Generator<{ readonly key: number; readonly at: number }> {
  const cells = ['id', 'vector', 'label', 'text'].map((field) => {
    const column = batch.columns.get(fieldID(field));
    return column === undefined ? undefined : cellReader(column);
  });
  const [id, vector, label, text] = cells;
  if (id === undefined || vector === undefined || label === undefined || text === undefined) {
    fault(`segment ${batch.segmentID} lacks a field`);
    return;
  }
  for (let at = 0; at < batch.rows; at++) {
    const key = Number(id(at));
    if (!(key >= 0 && key < data.rows)) {
      fault(`row ${key} was never sent`);
      continue;
    }
    if (!sameVector(vector(at), data.vector(key))) fault(`row ${key}: the vector differs`);
    if (label(at) !== data.label(key)) fault(`row ${key}: label ${label(at)} instead of ${data.label(key)}`);
    if (text(at) !== data.text(key)) fault(`row ${key}: text '${text(at)}' instead of '${data.text(key)}'`);
    if (partition !== partitionOf(key)) fault(`row ${key} is in partition ${partition}`);
    yield { key, at };
  }
}

function sameVector(read: unknown, sent: Float32Array): boolean {
  return (
    read instanceof Float32Array &&
    read.length === sent.length &&
    read.every((value, at) => value === sent[at])
  );
}
