import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { seededRandom } from '@millrace/core';
import { collectionSchema, dimension, type Rows, rowsFrom } from '../datanode/rows.ts';

export type ImportFormat = 'json' | 'npy';

export interface WrittenFiles {
  readonly paths: readonly string[];
  readonly rows: number;
  readonly bytes: number;
}

const rowsOfChunk = 1_000;
const textBytes = 32;
/** Of a row: numbers of floats as doubles print them, as Python's json does; and as they are. */
const rowBytes = { json: 2_640, npy: 8 + textBytes + 4 * dimension } as const;

/** Writes files of about so many bytes under `directory`. */
export async function writeFiles(
  directory: string,
  format: ImportFormat,
  bytes: number,
): Promise<WrittenFiles> {
  await mkdir(directory, { recursive: true });
  const rows = Math.ceil(bytes / rowBytes[format]);
  if (format === 'json') {
    const written = await write(join(directory, 'rows.json'), jsonOf(rows));
    return { paths: ['rows.json'], rows, bytes: written };
  }
  let sum = 0;
  const columns = [
    ['pk', '<i8', `(${rows},)`, ({ keys }: Rows) => new BigInt64Array(keys)],
    ['text', `|S${textBytes}`, `(${rows},)`, paddedTexts],
    ['vector', '<f4', `(${rows}, ${dimension})`, ({ vectors }: Rows) => Float32Array.from(vectors)],
  ] as const;
  for (const [name, descr, shape, column] of columns)
    sum += await write(join(directory, `${name}.npy`), npyOf(rows, descr, shape, column));
  return { paths: columns.map(([name]) => `${name}.npy`), rows, bytes: sum };
}

async function write(path: string, chunks: Iterable<Uint8Array>): Promise<number> {
  const file = createWriteStream(path);
  await pipeline(Readable.from(chunks), file);
  return file.bytesWritten;
}

function* chunksOf(rows: number): Generator<Rows, void, void> {
  const random = seededRandom(1);
  for (let first = 0; first < rows; first += rowsOfChunk)
    yield rowsFrom(first, Math.min(rowsOfChunk, rows - first), random);
}

function* jsonOf(rows: number): Generator<Uint8Array, void, void> {
  const [pk, text, vector] = collectionSchema.fields.map(({ name }) => JSON.stringify(name));
  let before = '{"rows": [\n';
  for (const { keys, texts, vectors } of chunksOf(rows)) {
    const lines = keys.map((key, row) => {
      const numbers = vectors.slice(row * dimension, (row + 1) * dimension).map(Math.fround);
      return `{${pk}: ${key}, ${text}: ${JSON.stringify(texts[row])}, ${vector}: [${numbers.join(', ')}]}`;
    });
    yield Buffer.from(before + lines.join(',\n'));
    before = ',\n';
  }
  yield Buffer.from('\n]}');
}

function* npyOf(
  rows: number,
  descr: string,
  shape: string,
  column: (rows: Rows) => Uint8Array | BigInt64Array | Float32Array,
): Generator<Uint8Array, void, void> {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  yield Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(header, 'latin1')]);
  for (const each of chunksOf(rows)) {
    const values = column(each);
    yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
}

function paddedTexts({ texts }: Rows): Uint8Array {
  const bytes = Buffer.alloc(texts.length * textBytes);
  for (const [row, text] of texts.entries()) bytes.write(text, row * textBytes);
  return bytes;
}
