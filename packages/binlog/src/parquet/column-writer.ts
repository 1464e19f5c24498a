import { crc32 } from 'node:zlib';
import { Invalid } from '@millrace/core';
import type { Column } from '../column.ts';
import { codecs } from './physical-type.ts';
import { type PlainPage, plainPages } from './plain-pages.ts';
import { footer, pageHeader } from './write-metadata.ts';

export interface ParquetOptions {
  /** Compress pages with zstd; without it they are stored as they are. */
  readonly compressed: boolean;
  /** Name of the writer in the footer. */
  readonly createdBy?: string;
  /** Put a CRC-32 into every page header (default), so that a reader of ours refuses damaged pages. */
  readonly checksums?: boolean;
}

const magic = Buffer.from('PAR1', 'latin1');

/**
 * Encodes a column as a Parquet file of one row group. A generator, so that one text serves synchronous and asynchronous
 * compression: it yields each page's bytes, valid until resumed, and is resumed with the compressed ones.
 * The chunks returned may be views of the column's bytes.
 */
export function* encodeParquet(
  column: Column,
  options: ParquetOptions,
): Generator<Uint8Array, Uint8Array[], Uint8Array> {
  if (column.rows === 0) throw new Invalid('a binlog has at least one row: write nothing for an empty batch');
  const chunks: Uint8Array[] = [magic];
  const total = { uncompressed: 0, compressed: 0 };
  const codec = options.compressed ? codecs.zstd : codecs.uncompressed;
  let scratch = new Uint8Array(0);
  for (const page of plainPages(column)) {
    const levels = definitionLevels(page.rows);
    const size = levels.length + page.values.length;
    let body: readonly Uint8Array[] = [levels, page.values];
    if (options.compressed) {
      if (scratch.length < size) scratch = new Uint8Array(size);
      body = [yield joined(scratch, levels, page)];
    }
    const stored = body.reduce((sum, part) => sum + part.length, 0);
    const checksum =
      options.checksums === false ? undefined : body.reduce((crc, part) => crc32(part, crc), 0) | 0;
    const header = pageHeader(page.rows, size, stored, checksum);
    chunks.push(header, ...body);
    total.uncompressed += header.length + size;
    total.compressed += header.length + stored;
  }
  const tail = footer(column, codec, total, options.createdBy ?? 'millrace');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(tail.length);
  chunks.push(tail, length, magic);
  return chunks;
}

function joined(scratch: Uint8Array, levels: Uint8Array, page: PlainPage): Uint8Array {
  scratch.set(levels);
  scratch.set(page.values, levels.length);
  return scratch.subarray(0, levels.length + page.values.length);
}

/** Definition levels of a page without nulls: byte length, then one RLE run of ones. Source: formats §6.3. */
function definitionLevels(rows: number): Uint8Array {
  const run: number[] = [];
  for (let rest = rows * 2; ; rest = Math.floor(rest / 0x80)) {
    if (rest < 0x80) {
      run.push(rest);
      break;
    }
    run.push((rest % 0x80) | 0x80);
  }
  run.push(1);
  return Uint8Array.of(run.length, 0, 0, 0, ...run);
}
