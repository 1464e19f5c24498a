import {
  type Column,
  decodeDeltaLog,
  decodeInsertLog,
  decodeStatsLog,
  mayContain,
  type PrimaryKey,
} from '@millrace/binlog';
import { MillraceError, pchannelOf, shardOfInt64, shardOfVarchar } from '@millrace/core';
import type { data } from '@millrace/proto';
import { deltaLogKey, insertLogKey, type LogOwner, type ObjectStore, statsLogKey } from '@millrace/storage';
import type { CollectionRecord, SegmentRecord } from './catalog.ts';
import type { Finding, FindingKind } from './finding.ts';
import { cellReader, rowIDField } from './read-rows.ts';
import { primaryKeyOfCollection } from './schema.ts';

export interface SegmentCheck {
  readonly objects: ObjectStore;
  readonly objectRoot: string;
  readonly collection: CollectionRecord;
  /** What each segment was compacted from, as far as metadata still knows. */
  readonly sourcesOf: ReadonlyMap<bigint, readonly bigint[]>;
  /** Row ids seen in other segments of the collection. */
  readonly seenRowIDs: Set<bigint>;
  readonly report: (finding: Finding) => void;
}

/** Holds a segment's metadata against its objects, and those against their rows. Every object that is named is read. */
export async function verifySegment(check: SegmentCheck, segment: SegmentRecord): Promise<void> {
  const { info } = segment;
  const owner = { collectionID: info.collectionID, partitionID: info.partitionID, segmentID: info.ID };
  const found = (kind: FindingKind, what: string) =>
    check.report({ kind, where: `segment ${info.ID}`, what });
  const wanted = check.collection.fields.map(({ fieldID }) => fieldID);
  const fields = new Map(segment.insert.map((field) => [field.fieldID, field.binlogs]));
  if (fields.size > 0) {
    for (const fieldID of wanted)
      if (!fields.has(fieldID)) found('missing-field', `field ${fieldID} has no insert logs`);
  }
  const batches = Math.max(0, ...[...fields.values()].map((logs) => logs.length));
  for (const [fieldID, logs] of fields) {
    if (logs.length !== batches)
      found('uneven-logs', `field ${fieldID} has ${logs.length} insert logs, others ${batches}`);
  }
  const stats = segment.stats[0]?.binlogs ?? [];
  if (stats.length !== batches)
    found('stats-mismatch', `${stats.length} stats logs for ${batches} insert batches`);

  let rows = 0;
  for (let batch = 0; batch < batches; batch++) {
    const columns = await readBatch(check, owner, fields, batch, found);
    rows += checkRows(columns, batch, found);
    checkRowIDs(check, columns, found);
    await checkKeys(check, owner, columns, stats[batch], info.insertChannel, found);
  }
  if (batches > 0 && BigInt(rows) !== info.numOfRows) {
    found('row-count', `metadata says ${info.numOfRows} rows, the binlogs hold ${rows}`);
  }
  for (const log of segment.delta.flatMap(({ binlogs }) => binlogs)) {
    const key = deltaLogKey(check.objectRoot, { ...owner, logID: log.logID });
    const decoded = await read(check, key, decodeDeltaLog, found);
    if (decoded !== undefined && !mayOwn(check, info.ID, decoded.segmentID))
      found('foreign-object', `${key} belongs to segment ${decoded.segmentID}`);
    if (decoded !== undefined && BigInt(decoded.deletes.length) !== log.entriesNum) {
      found('row-count', `${key} holds ${decoded.deletes.length} deletes, metadata says ${log.entriesNum}`);
    }
  }
}

/**
 * Deletes of a segment that was compacted away are copies of its files under its heir, as in the original: those still name it. An ancestor
 * whose record was collected may have come from anywhere.
 */
function mayOwn(check: SegmentCheck, segmentID: bigint, named: bigint): boolean {
  if (segmentID === named) return true;
  const sources = check.sourcesOf.get(segmentID);
  return sources === undefined || sources.some((source) => mayOwn(check, source, named));
}

type Found = (kind: FindingKind, what: string) => void;

async function readBatch(
  check: SegmentCheck,
  owner: LogOwner,
  fields: ReadonlyMap<bigint, readonly data.Binlog[]>,
  batch: number,
  found: Found,
): Promise<Map<bigint, Column>> {
  const columns = new Map<bigint, Column>();
  for (const [fieldID, logs] of fields) {
    const log = logs[batch];
    if (log === undefined) continue;
    const key = insertLogKey(check.objectRoot, { ...owner, fieldID, logID: log.logID });
    const decoded = await read(check, key, decodeInsertLog, found);
    if (decoded === undefined) continue;
    if (decoded.segmentID !== owner.segmentID || decoded.fieldID !== fieldID) {
      found('foreign-object', `${key} belongs to field ${decoded.fieldID} of segment ${decoded.segmentID}`);
      continue;
    }
    if (BigInt(decoded.column.rows) !== log.entriesNum) {
      found('row-count', `${key} holds ${decoded.column.rows} rows, metadata says ${log.entriesNum}`);
    }
    columns.set(fieldID, decoded.column);
  }
  return columns;
}

function checkRows(columns: ReadonlyMap<bigint, Column>, batch: number, found: Found): number {
  const counts = new Set([...columns.values()].map(({ rows }) => rows));
  if (counts.size > 1)
    found('uneven-logs', `batch ${batch + 1} has columns of ${[...counts].join(' and ')} rows`);
  return Math.max(0, ...counts);
}

function checkRowIDs(check: SegmentCheck, columns: ReadonlyMap<bigint, Column>, found: Found): void {
  const column = columns.get(rowIDField);
  if (column === undefined) return;
  const cell = cellReader(column);
  for (let row = 0; row < column.rows; row++) {
    const id = cell(row);
    if (typeof id !== 'bigint') return;
    if (check.seenRowIDs.has(id)) found('duplicate-row', `row id ${id} is there twice`);
    check.seenRowIDs.add(id);
  }
}

/** Every primary key must lie on its shard's channel and in the stats log of its batch: else deletes and loads pass it by. */
async function checkKeys(
  check: SegmentCheck,
  owner: LogOwner,
  columns: ReadonlyMap<bigint, Column>,
  stats: data.Binlog | undefined,
  channel: string,
  found: Found,
): Promise<void> {
  const primaryKey = primaryKeyOfCollection(check.collection);
  const column = columns.get(primaryKey.fieldID);
  if (column === undefined) return;
  const shard = check.collection.vchannels.indexOf(channel);
  const key =
    stats === undefined
      ? undefined
      : statsLogKey(check.objectRoot, { ...owner, fieldID: primaryKey.fieldID, logID: stats.logID });
  const summary = key === undefined ? undefined : await read(check, key, decodeStatsLog, found);
  const cell = cellReader(column);
  for (let row = 0; row < column.rows; row++) {
    const value = cell(row);
    if (typeof value !== 'bigint' && typeof value !== 'string') return;
    if (summary !== undefined && !mayContain(summary, value)) {
      found('stats-mismatch', `key ${value} is not in the stats log ${key}`);
      return;
    }
    if (shard >= 0 && shardOfPrimaryKey(value, check.collection.vchannels.length) !== shard) {
      found('wrong-shard', `key ${value} does not belong to ${pchannelOf(channel)}, shard ${shard}`);
      return;
    }
  }
}

async function read<T>(
  check: SegmentCheck,
  key: string,
  decode: (bytes: Uint8Array) => T,
  found: Found,
): Promise<T | undefined> {
  try {
    return decode(await check.objects.get(key));
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    if (error.kind === 'not-found')
      found('missing-object', `${key} is named in the metadata and is not there`);
    else if (error.kind === 'corrupt') found('corrupt-object', `${key}: ${error.message}`);
    else throw error;
    return undefined;
  }
}

function shardOfPrimaryKey(key: PrimaryKey, shards: number): number {
  return typeof key === 'bigint' ? shardOfInt64(key, shards) : shardOfVarchar(key, shards);
}
