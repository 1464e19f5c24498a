import { Corrupt, crc32 } from '@millrace/core';
import { decompress } from './decompression.ts';
import { areAllPresent } from './definition-levels.ts';
import { encodings, pageTypes } from './physical-type.ts';
import type { ColumnChunk } from './read-metadata.ts';
import {
  integerField,
  optionalInteger,
  structField,
  ThriftReader,
  type ThriftStruct,
} from './thrift-reader.ts';

/** Values of one page, unpacked and without levels. */
export interface Page {
  readonly kind: 'dictionary' | 'data';
  /** Values inside; every row has one. */
  readonly count: number;
  readonly encoding: number;
  readonly values: Uint8Array;
}

export interface PageLimits {
  readonly optional: boolean;
  /** Values that a page may hold, and bytes it may unpack to: what exceeds them is damage. */
  readonly valuesMax: number;
  readonly unpackedMax: number;
}

const bytesMax = 2 ** 31 - 1;

/** The pages of a column chunk in order, until its rows are complete. @throws Corrupt */
export function* readPages(
  file: Uint8Array,
  chunk: ColumnChunk,
  limits: PageLimits,
): Generator<Page, void, void> {
  let at = chunk.start;
  let rows = 0;
  while (rows < chunk.rows) {
    const reader = new ThriftReader(file, at, chunk.end);
    const header = reader.struct();
    const start = reader.position;
    at = start + integerField(header, 3, 0, chunk.end - start);
    const page = readPage(header, file.subarray(start, at), chunk.codec, limits);
    if (page === undefined) continue;
    if (page.kind === 'data') rows += page.count;
    yield page;
  }
  if (rows !== chunk.rows || at !== chunk.end) throw damaged('do not end where its rows do');
}

function readPage(
  header: ThriftStruct,
  stored: Uint8Array,
  codec: number,
  limits: PageLimits,
): Page | undefined {
  const checksum = optionalInteger(header, 4);
  if (checksum !== undefined && (crc32(stored) | 0) !== checksum) throw damaged('contradict their checksum');
  const size = integerField(header, 2, 0, bytesMax);
  if (size > limits.unpackedMax) throw damaged(`unpack to ${size} bytes, more than the column has`);
  switch (integerField(header, 1, 0, bytesMax)) {
    case pageTypes.data:
      return dataPage(structField(header, 5), decompress(codec, stored, size), limits);
    case pageTypes.dictionary:
      return dictionaryPage(structField(header, 7), decompress(codec, stored, size), limits);
    case pageTypes.dataV2:
      return dataPageV2(structField(header, 8), stored, codec, size, limits);
    case pageTypes.index:
      return undefined;
    default:
      throw damaged('are of an unknown kind');
  }
}

function dictionaryPage(header: ThriftStruct, body: Uint8Array, limits: PageLimits): Page {
  const encoding = integerField(header, 2, 0, encodings.plainDictionary);
  if (encoding !== encodings.plain && encoding !== encodings.plainDictionary)
    throw damaged('have an odd dictionary');
  return { kind: 'dictionary', count: integerField(header, 1, 1, limits.valuesMax), encoding, values: body };
}

function dataPage(header: ThriftStruct, body: Uint8Array, limits: PageLimits): Page {
  const count = integerField(header, 1, 1, limits.valuesMax);
  const encoding = integerField(header, 2, 0, encodings.rleDictionary);
  if (!limits.optional) return { kind: 'data', count, encoding, values: body };
  if (integerField(header, 3, 0, encodings.rleDictionary) !== encodings.rle) throw damaged('have odd levels');
  if (body.length < 4) throw damaged('are cut');
  const length = new DataView(body.buffer, body.byteOffset, 4).getUint32(0, true);
  if (length > body.length - 4) throw damaged('are cut');
  demandAllPresent(body.subarray(4, 4 + length), count);
  return { kind: 'data', count, encoding, values: body.subarray(4 + length) };
}

function dataPageV2(
  header: ThriftStruct,
  stored: Uint8Array,
  codec: number,
  size: number,
  limits: PageLimits,
): Page {
  const count = integerField(header, 1, 1, limits.valuesMax);
  if (integerField(header, 2, 0, bytesMax) > 0) throw damaged('have nulls');
  const encoding = integerField(header, 4, 0, encodings.rleDictionary);
  const levels = integerField(header, 5, 0, Math.min(stored.length, size));
  if (integerField(header, 6, 0, bytesMax) !== 0) throw damaged('have repeated values');
  if (limits.optional) demandAllPresent(stored.subarray(0, levels), count);
  const body = stored.subarray(levels);
  const values = header.get(7) === false ? body : decompress(codec, body, size - levels);
  if (values.length !== size - levels) throw damaged('contradict their size');
  return { kind: 'data', count, encoding, values };
}

/** Milvus 2.2 has no nulls: every definition level is 1. */
function demandAllPresent(levels: Uint8Array, count: number): void {
  if (!areAllPresent(levels, count)) throw damaged('have nulls');
}

function damaged(what: string): Corrupt {
  return new Corrupt(`pages of a Parquet payload ${what}: the binlog is damaged`);
}
