import { copyBytes, crc32, Invalid } from '@millrace/core';
import type { Column } from '../column.ts';
import type { Compress, CompressAsync } from './compression.ts';
import { definitionLevels } from './definition-levels.ts';
import { codecs } from './physical-type.ts';
import { type PlainPage, plainPages } from './plain-pages.ts';
import { footer, pageHeader } from './write-metadata.ts';

export interface ParquetOptions {
  /** Compress with zstd the columns that shrink by it; without it all are stored as they are. */
  readonly compressed: boolean;
  /** Name of the writer in the footer. */
  readonly createdBy?: string;
  /** Put a CRC-32 into every page header (default), so that a reader of ours refuses damaged pages. */
  readonly checksums?: boolean;
}

const magic = Buffer.from('PAR1', 'latin1');

/**
 * A column whose first bytes zstd leaves larger than this share of theirs is stored as it is: vectors of floats shrink by less than a tenth,
 * at ten times the cost of writing them, and every reader pays again.
 */
const worthwhileShare = 7 / 8;
const sampleBytes = 64 * 1024;

/** A file in the making: yields a sample, then each page, to be compressed, and is resumed with the result; returns the chunks of the file. */
export type ParquetPages = Generator<Uint8Array, Uint8Array[], Uint8Array>;

/** Drives a file in the making with compression on this thread. Without one the pages stay as they are. */
export function compressPages(pages: ParquetPages, compress: Compress = (page) => page): Uint8Array[] {
  let step = pages.next();
  while (!step.done) step = pages.next(compress(step.value));
  return step.value;
}

/** Drives a file in the making with compression elsewhere, one page after the other. */
export async function compressPagesAsync(
  pages: ParquetPages,
  compress: CompressAsync,
): Promise<Uint8Array[]> {
  let step = pages.next();
  while (!step.done) step = pages.next(await compress(step.value));
  return step.value;
}

/**
 * Encodes a column as a Parquet file of one row group. A generator, so that one text serves synchronous and asynchronous
 * compression: it yields each page's bytes, valid until resumed, and is resumed with the compressed ones. The chunks returned may be views of
 * the column's bytes.
 */
export function* encodeParquet(column: Column, options: ParquetOptions): ParquetPages {
  if (column.rows === 0) throw new Invalid('a binlog has at least one row: write nothing for an empty batch');
  const chunks: Uint8Array[] = [magic];
  const total = { uncompressed: 0, compressed: 0 };
  let compressed: boolean | undefined = options.compressed ? undefined : false;
  let scratch = takeScratch();
  for (const page of plainPages(column)) {
    const levels = definitionLevels(page.rows);
    const size = levels.length + page.values.length;
    let body: readonly Uint8Array[] = [levels, page.values];
    if (compressed === undefined) {
      const sample = page.values.subarray(0, sampleBytes);
      compressed = (yield sample).length <= worthwhileShare * sample.length;
    }
    if (compressed) {
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
  spareScratch = scratch;
  const codec = compressed ? codecs.zstd : codecs.uncompressed;
  const tail = footer(column, codec, total, options.createdBy ?? 'millrace');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(tail.length);
  chunks.push(tail, length, magic);
  return chunks;
}

/** A page to be compressed lies in one piece. Used again by the next file, unless that is begun before this one is done. */
let spareScratch: Uint8Array | undefined;

function takeScratch(): Uint8Array {
  const scratch = spareScratch ?? new Uint8Array(0);
  spareScratch = undefined;
  return scratch;
}

function joined(scratch: Uint8Array, levels: Uint8Array, page: PlainPage): Uint8Array {
  scratch.set(levels);
  copyBytes(page.values, 0, page.values.length, scratch, levels.length);
  return scratch.subarray(0, levels.length + page.values.length);
}
