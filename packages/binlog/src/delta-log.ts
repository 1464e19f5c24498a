import { Corrupt, Invalid } from '@millrace/core';
import { type Column, stringsOf, type VarcharColumn } from './column.ts';
import { ColumnBuilder } from './column-builder.ts';
import { columnTypeOf, stringTypeCode } from './data-type.ts';
import { type DeleteEntry, deleteLine, parseDeleteLine } from './delete-line.ts';
import { type BinlogDescriptor, eventTypes } from './event.ts';
import { readBinlog } from './event-reader.ts';
import { binlogPrefix } from './event-writer.ts';
import { decodeParquet } from './parquet/column-reader.ts';
import { compressPages, compressPagesAsync, encodeParquet } from './parquet/column-writer.ts';
import type { Compress, CompressAsync } from './parquet/compression.ts';

export type { DeleteEntry };

/** What one delta log is made of: deletes of one segment, at least one, each timestamp above 0. Source: formats §7.3. */
export interface DeltaLog {
  readonly collectionID: bigint;
  readonly partitionID: bigint;
  readonly segmentID: bigint;
  /** In the order they arrived. */
  readonly deletes: readonly DeleteEntry[];
  /** Hybrid timestamp of the wall clock. */
  readonly headerTimestamp: bigint;
}

/**
 * Encodes deletes of one segment as the chunks of a binlog. Source: formats §7.3.
 * @throws Invalid without deletes or for a timestamp of 0
 */
export function encodeDeltaLog(log: DeltaLog & { readonly compress?: Compress }): Uint8Array[] {
  const lines = linesOf(log.deletes);
  const pages = encodeParquet(lines, { compressed: log.compress !== undefined });
  return framed(log, lines, compressPages(pages, log.compress));
}

/** Like encodeDeltaLog, with compression that may happen elsewhere. */
export async function encodeDeltaLogAsync(
  log: DeltaLog & { readonly compress: CompressAsync },
): Promise<Uint8Array[]> {
  const lines = linesOf(log.deletes);
  return framed(
    log,
    lines,
    await compressPagesAsync(encodeParquet(lines, { compressed: true }), log.compress),
  );
}

/** Least and greatest timestamp of some deletes. @throws Invalid without deletes */
export function deleteTimestamps(deletes: readonly DeleteEntry[]): {
  readonly from: bigint;
  readonly to: bigint;
} {
  const [first] = deletes;
  if (first === undefined) throw new Invalid('a delta log has at least one delete: write nothing for none');
  let from = first.timestamp;
  let to = first.timestamp;
  for (const { timestamp } of deletes) {
    if (timestamp < from) from = timestamp;
    if (timestamp > to) to = timestamp;
  }
  return { from, to };
}

function linesOf(deletes: readonly DeleteEntry[]): Column {
  const lines = new ColumnBuilder({ dataType: 'varchar', width: 0 });
  for (const entry of deletes) lines.appendString(deleteLine(entry));
  return lines.view();
}

function framed(log: DeltaLog, lines: Column, payload: readonly Uint8Array[]): Uint8Array[] {
  const { from, to } = deleteTimestamps(log.deletes);
  const { collectionID, partitionID, segmentID, headerTimestamp } = log;
  const descriptor: BinlogDescriptor = {
    collectionID,
    partitionID,
    segmentID,
    fieldID: -1n,
    dataType: stringTypeCode,
    startTimestamp: from,
    endTimestamp: to,
    headerTimestamp,
  };
  const payloadBytes = payload.reduce((sum, chunk) => sum + chunk.length, 0);
  const lineBytes = lines.values.length - 4 * lines.rows;
  return [binlogPrefix(descriptor, eventTypes.delete, lineBytes, payloadBytes), ...payload];
}

/** A delta log that was read: whose deletes they are, as its descriptor says, and the deletes. Its `fieldID` is -1, which stands for none. */
export interface DecodedDeltaLog extends BinlogDescriptor {
  readonly deletes: readonly DeleteEntry[];
}

/** The shortest line has three bytes and lies as seven in a column. */
const bytesPerLineByte = 3;
const sizeSlack = 2 ** 16;

/** Reads a delta log of Milvus or of this package, also one with the lines `pk,ts` of older versions. @throws Corrupt */
export function decodeDeltaLog(bytes: Uint8Array): DecodedDeltaLog {
  const { descriptor, lines } = readLines(bytes);
  return { ...descriptor, deletes: Array.from(stringsOf(lines), parseDeleteLine) };
}

/** The deletes of a delta log one by one, for readers that keep less than all of them. @throws Corrupt */
export function* deletesOfLog(bytes: Uint8Array): Generator<DeleteEntry, void, void> {
  for (const line of stringsOf(readLines(bytes).lines)) yield parseDeleteLine(line);
}

function readLines(bytes: Uint8Array): {
  readonly descriptor: BinlogDescriptor;
  readonly lines: VarcharColumn;
} {
  const { descriptor, originalSize, payload } = readBinlog(bytes, eventTypes.delete);
  if (columnTypeOf(descriptor.dataType) !== 'varchar') {
    throw new Corrupt(`delta log declares data type ${descriptor.dataType} instead of String`);
  }
  const lines = decodeParquet(payload, 'varchar', bytesPerLineByte * originalSize + sizeSlack);
  if (lines.dataType !== 'varchar') throw new Corrupt('delta log holds no strings');
  return { descriptor, lines };
}
