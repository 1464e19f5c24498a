import { Corrupt } from '@millrace/core';
import { type Column, columnOf, pickRows, varcharOffsets } from '../column.ts';
import type { ColumnShape, ColumnType } from '../data-type.ts';
import { type Page, readPages } from './page-reader.ts';
import { convertedTypes, encodings, physicalForms } from './physical-type.ts';
import { fromPlain } from './plain-values.ts';
import { type LeafSchema, type ParquetMetadata, readMetadata } from './read-metadata.ts';
import { decodeRuns } from './run-lengths.ts';

/** Converted types that say no more than their physical type does. */
const signed32 = 17;
const signed64 = 18;

/**
 * Reads a Parquet file of one column, as Arrow or this package writes it: PLAIN or dictionary pages, version 1 or 2, plain or
 * zstd, any number of pages and row groups.
 * @param bytesMax bytes the column may have: sizes beyond are damage, refused before memory is taken
 * @param memory gives the memory that a column of fixed width lies at the beginning of; default: new
 * @throws Corrupt when the file is damaged or its column is not of this type
 */
export function decodeParquet(
  file: Uint8Array,
  dataType: ColumnType,
  bytesMax: number,
  memory = (bytes: number): Uint8Array => new Uint8Array(bytes),
): Column {
  const metadata = readMetadata(file);
  const shape = shapeOf(metadata.leaf, dataType);
  const valuesMax = Math.floor(bytesMax / Math.max(shape.width, shape.dataType === 'varchar' ? 4 : 1));
  if (metadata.rows > valuesMax) throw damaged(`${metadata.rows} rows, more than its size allows`);
  const limits = { bytesMax, valuesMax };
  const values =
    shape.dataType === 'varchar'
      ? varcharPieces(file, metadata, shape, limits)
      : fixedPieces(file, metadata, shape, limits, memory);
  return columnOf(shape, metadata.rows, values);
}

interface Limits {
  readonly bytesMax: number;
  readonly valuesMax: number;
}

function fixedPieces(
  file: Uint8Array,
  metadata: ParquetMetadata,
  shape: ColumnShape,
  limits: Limits,
  memory: (bytes: number) => Uint8Array,
): Uint8Array {
  const bytes = metadata.rows * shape.width;
  const values = memory(bytes).subarray(0, bytes);
  let at = 0;
  for (const piece of decodedPages(file, metadata, shape, limits)) {
    if (piece.length > bytes - at) throw damaged('more values than rows');
    values.set(piece, at);
    at += piece.length;
  }
  if (at < bytes) throw damaged('fewer values than rows');
  return values;
}

function varcharPieces(
  file: Uint8Array,
  metadata: ParquetMetadata,
  shape: ColumnShape,
  limits: Limits,
): Uint8Array {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of decodedPages(file, metadata, shape, limits)) {
    bytes += piece.length;
    if (bytes > limits.bytesMax) throw damaged('more bytes than its size allows');
    pieces.push(piece);
  }
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

/** The column bytes of every data page, in order. */
function* decodedPages(
  file: Uint8Array,
  metadata: ParquetMetadata,
  shape: ColumnShape,
  limits: Limits,
): Generator<Uint8Array, void, void> {
  // INT32 pages of int8 are four times their column; levels and bit widths come on top.
  const unpackedMax = 4 * limits.bytesMax + 2 ** 16;
  const pageLimits = { optional: metadata.leaf.optional, valuesMax: limits.valuesMax, unpackedMax };
  for (const chunk of metadata.chunks) {
    let dictionary: Column | undefined;
    for (const page of readPages(file, chunk, pageLimits)) {
      if (page.kind === 'data') yield decodeData(page, shape, dictionary, limits);
      else dictionary = columnOf(shape, page.count, fromPlain(shape, page.values, page.count));
    }
  }
}

function decodeData(
  page: Page,
  shape: ColumnShape,
  dictionary: Column | undefined,
  limits: Limits,
): Uint8Array {
  switch (page.encoding) {
    case encodings.plain:
      return fromPlain(shape, page.values, page.count);
    case encodings.plainDictionary:
    case encodings.rleDictionary:
      if (dictionary === undefined) throw damaged('indices without a dictionary');
      return lookUp(page, dictionary, limits);
    case encodings.rle:
      if (shape.dataType !== 'bool' || page.values.length < 4)
        throw damaged('runs of something other than bool');
      return Uint8Array.from(decodeRuns(page.values, 4, page.values.length, 1, page.count));
    default:
      throw damaged(`encoding ${page.encoding}`);
  }
}

/** Dictionary indices: one byte of bit width, then runs. */
function lookUp(page: Page, dictionary: Column, limits: Limits): Uint8Array {
  const bitWidth = page.values[0];
  if (bitWidth === undefined || bitWidth > 32) throw damaged('no bit width for its indices');
  const indices = decodeRuns(page.values, 1, page.values.length, bitWidth, page.count);
  for (const index of indices) if (index >= dictionary.rows) throw damaged('an index outside its dictionary');
  if (dictionary.dataType === 'varchar') {
    const offsets = varcharOffsets(dictionary);
    let bytes = 0;
    for (const index of indices) bytes += (offsets[index + 1] ?? 0) - (offsets[index] ?? 0);
    if (bytes > limits.bytesMax) throw damaged('more bytes than its size allows');
  }
  return pickRows(dictionary, indices).values;
}

function shapeOf(leaf: LeafSchema, dataType: ColumnType): ColumnShape {
  const form = physicalForms[dataType];
  if (leaf.physicalType !== form.type || !isAnnotatedAs(leaf.convertedType, dataType)) {
    throw damaged(`a column that is not ${dataType}`);
  }
  switch (dataType) {
    case 'varchar':
      return { dataType, width: 0 };
    case 'float-vector':
    case 'binary-vector':
      if (leaf.typeLength < 1 || (dataType === 'float-vector' && leaf.typeLength % 4 !== 0)) {
        throw damaged(`${leaf.typeLength} bytes per vector`);
      }
      return { dataType, width: leaf.typeLength };
    case 'bool':
    case 'int8':
      return { dataType, width: 1 };
    case 'int16':
      return { dataType, width: 2 };
    default:
      return { dataType, width: form.plainWidth };
  }
}

function isAnnotatedAs(convertedType: number | undefined, dataType: ColumnType): boolean {
  switch (dataType) {
    case 'int8':
    case 'int16':
      return convertedType === physicalForms[dataType].convertedType;
    case 'int32':
      return convertedType === undefined || convertedType === signed32;
    case 'int64':
      return convertedType === undefined || convertedType === signed64;
    case 'varchar':
      return convertedType === undefined || convertedType === convertedTypes.utf8;
    default:
      return convertedType === undefined;
  }
}

function damaged(what: string): Corrupt {
  return new Corrupt(`Parquet payload has ${what}: the binlog is damaged`);
}
