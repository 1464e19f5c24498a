import { deleteTimestamps, encodeDeltaLog, memorySize, type PrimaryKeySummary, zstd } from '@millrace/binlog';
import { type Clock, composeTimestamp, type UniqueID } from '@millrace/core';
import { data } from '@millrace/proto';
import { deltaLogKey, insertLogKey, statsLogKey } from '@millrace/storage';
import type { BinlogEncoder } from '../encoder/binlog-encoder.ts';
import type { BatchContents, SyncBatch } from '../segments/segment.ts';

export interface SyncFile {
  readonly key: string;
  readonly chunks: readonly Uint8Array[];
}

/** How metadata names the files of one sync. */
export interface SyncLogs {
  readonly insertLogs: readonly data.FieldBinlog[];
  readonly statsLogs: readonly data.FieldBinlog[];
  /** Always one entry, which is empty for a sync without deletes. Source: spec datanode-and-formats §4.9. */
  readonly deltaLogs: readonly data.FieldBinlog[];
}

export interface SyncFiles {
  readonly objects: readonly SyncFile[];
  readonly logs: SyncLogs;
  /** Of the inserts. */
  readonly summary: PrimaryKeySummary | undefined;
}

/** How many log ids a batch needs: one per insert log, one for the stats log, one for the delta log. */
export function logIDsNeeded({ inserts, deletes }: BatchContents): number {
  return (inserts === undefined ? 0 : inserts.fields.length + 1) + (deletes === undefined ? 0 : 1);
}

export interface SyncFilesComponents {
  readonly clock: Clock;
  readonly encoder: BinlogEncoder;
  readonly objectRoot: string;
  readonly compressionLevel: number;
}

/**
 * Encodes a batch. Log ids are used in schema order, the stats log behind the insert logs, the delta log last (spec §8.2).
 * @param firstLogID of a consecutive block of `logIDsNeeded`
 */
export async function encodeSync(
  { clock, encoder, objectRoot, compressionLevel }: SyncFilesComponents,
  collectionID: UniqueID,
  primaryKeyFieldID: UniqueID,
  batch: Pick<SyncBatch, 'partitionID' | 'segmentID'>,
  { inserts, deletes }: BatchContents,
  firstLogID: UniqueID,
): Promise<SyncFiles> {
  const { partitionID, segmentID } = batch;
  const owner = { collectionID, partitionID, segmentID };
  const headerTimestamp = composeTimestamp(clock.now());
  const objects: SyncFile[] = [];
  const insertLogs: data.FieldBinlog[] = [];
  const statsLogs: data.FieldBinlog[] = [];
  const delta = data.FieldBinlog.fromPartial({});
  let logID = firstLogID;
  let summary: PrimaryKeySummary | undefined;

  if (inserts !== undefined) {
    const { from, to } = inserts.timestamps;
    const fields = inserts.fields.map(({ field, builder }) => ({
      fieldID: field.fieldID,
      dataType: field.dataType,
      column: builder.view(),
    }));
    const times = { headerTimestamp, startTimestamp: from, endTimestamp: to };
    const encoded = await encoder.encode({ ...owner, ...times, primaryKeyFieldID, fields });
    summary = encoded.summary;
    for (const [index, { fieldID, column }] of fields.entries()) {
      const key = insertLogKey(objectRoot, { ...owner, fieldID, logID: logID++ });
      objects.push({ key, chunks: encoded.files[index] ?? [] });
      insertLogs.push(fieldLog(fieldID, key, memorySize(column), batchRange(column.rows, from, to)));
    }
    const key = statsLogKey(objectRoot, { ...owner, fieldID: primaryKeyFieldID, logID: logID++ });
    objects.push({ key, chunks: [encoded.statsLog] });
    statsLogs.push(fieldLog(primaryKeyFieldID, key, encoded.statsLog.length, noRange));
  }
  if (deletes !== undefined) {
    const key = deltaLogKey(objectRoot, { ...owner, logID });
    const compress = zstd(compressionLevel);
    const chunks = encodeDeltaLog({ ...owner, deletes: deletes.deletes, headerTimestamp, compress });
    objects.push({ key, chunks });
    const { from, to } = deleteTimestamps(deletes.deletes);
    const entry = fieldLog(0n, key, bytesOfChunks(chunks), batchRange(deletes.deletes.length, from, to));
    delta.binlogs.push(...entry.binlogs);
  }
  return { objects, logs: { insertLogs, statsLogs, deltaLogs: [delta] }, summary };
}

export function bytesOfChunks(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

export interface EntryRange {
  readonly entries: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** A stats log has no rows of its own. */
const noRange: EntryRange = { entries: 0, from: 0n, to: 0n };

function batchRange(entries: number, from: bigint, to: bigint): EntryRange {
  return { entries, from, to };
}

/** How metadata names one file. */
export function fieldLog(
  fieldID: bigint,
  logPath: string,
  logSize: number,
  range: EntryRange,
): data.FieldBinlog {
  return {
    fieldID,
    binlogs: [
      {
        entriesNum: BigInt(range.entries),
        timestampFrom: range.from,
        timestampTo: range.to,
        logPath,
        logSize: BigInt(logSize),
        // DataCoord takes the id from the path, as the original leaves it out.
        logID: 0n,
      },
    ],
  };
}

/** The same logs with one entry per field. */
export function byField(logs: readonly data.FieldBinlog[]): data.FieldBinlog[] {
  const fields = Map.groupBy(logs, ({ fieldID }) => fieldID);
  return Array.from(fields, ([fieldID, entries]) => ({
    fieldID,
    binlogs: entries.flatMap(({ binlogs }) => binlogs),
  }));
}
