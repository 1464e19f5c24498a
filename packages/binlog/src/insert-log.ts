import { Corrupt, Internal } from '@millrace/core';
import { type Column, memorySize } from './column.ts';
import { columnTypeOf } from './data-type.ts';
import { type BinlogDescriptor, eventTypes } from './event.ts';
import { readBinlog } from './event-reader.ts';
import { binlogPrefix } from './event-writer.ts';
import { decodeParquet } from './parquet/column-reader.ts';
import {
  compressPages,
  compressPagesAsync,
  encodeParquet,
  type ParquetPages,
} from './parquet/column-writer.ts';
import type { Compress, CompressAsync } from './parquet/compression.ts';

/** What one insert log is made of: the rows of one field of one segment, at least one, and their ids. Source: formats §6.1. */
export interface InsertLog extends BinlogDescriptor {
  /** The field's values, rows in ascending RowID. Its type must be the one `dataType` stands for. */
  readonly column: Column;
  /** Name of the writer in the Parquet footer; default `millrace`. */
  readonly createdBy?: string;
  /** CRC-32 in every page header; default true. */
  readonly checksums?: boolean;
}

/**
 * Encodes one field of one batch as the chunks of a binlog, to be written one after the other. Chunks may be views of the
 * column's bytes: keep those unchanged until the object is written. Pure and synchronous: call it in a worker.
 * @throws Invalid for an empty column or zero timestamps; Exhausted when the file would reach 2 GiB
 */
export function encodeInsertLog(log: InsertLog & { readonly compress?: Compress }): Uint8Array[] {
  return framed(log, compressPages(encodePayload(log, log.compress !== undefined), log.compress));
}

/** Like encodeInsertLog, with compression that may happen elsewhere; pages are compressed one after the other. */
export async function encodeInsertLogAsync(
  log: InsertLog & { readonly compress: CompressAsync },
): Promise<Uint8Array[]> {
  return framed(log, await compressPagesAsync(encodePayload(log, true), log.compress));
}

function encodePayload(log: InsertLog, compressed: boolean): ParquetPages {
  const { column, dataType, fieldID } = log;
  if (columnTypeOf(dataType) !== column.dataType) {
    throw new Internal(
      `field ${fieldID} of data type ${dataType} cannot be written from a ${column.dataType} column`,
    );
  }
  return encodeParquet(column, {
    compressed,
    ...(log.createdBy === undefined ? {} : { createdBy: log.createdBy }),
    ...(log.checksums === undefined ? {} : { checksums: log.checksums }),
  });
}

function framed(log: InsertLog, payload: readonly Uint8Array[]): Uint8Array[] {
  const payloadBytes = payload.reduce((sum, chunk) => sum + chunk.length, 0);
  return [binlogPrefix(log, eventTypes.insert, memorySize(log.column), payloadBytes), ...payload];
}

/** An insert log that was read: whose rows they are, as its descriptor says, and the rows themselves. */
export interface DecodedInsertLog extends BinlogDescriptor {
  readonly column: Column;
}

/** `original_size` of older writers counted strings without their overhead, so it bounds the column loosely. */
const sizeSlack = 2 ** 16;

/** Where the column of a log that is read goes. */
export interface DecodeInsertLogOptions {
  /**
   * Gives memory of at least so many bytes, whatever they hold; a column of fixed width lies at its beginning. By default it is new. Strings
   * lie where there was room: in the file, or in memory of their own.
   */
  readonly memory?: (bytes: number) => Uint8Array;
}

/**
 * Reads an insert log of Milvus or of this package.
 * @throws Corrupt when it is damaged, as far as checksums and redundant sizes show it: Milvus' own files have no checksums
 */
export function decodeInsertLog(bytes: Uint8Array, options: DecodeInsertLogOptions = {}): DecodedInsertLog {
  const { descriptor, originalSize, payload } = readBinlog(bytes, eventTypes.insert);
  const dataType = columnTypeOf(descriptor.dataType);
  if (dataType === undefined) {
    throw new Corrupt(`insert log declares data type ${descriptor.dataType}: no type of Milvus 2.2`);
  }
  const bytesMax = 2 * originalSize + sizeSlack;
  return { ...descriptor, column: decodeParquet(payload, dataType, bytesMax, options.memory) };
}
