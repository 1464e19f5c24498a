import { batchOf, columnsOf, type ImportBatch, type ImportColumn } from '../import-batch.ts';
import type { ImportSchema } from '../import-fields.ts';
import type { ImportFile } from '../import-files.ts';
import { chunksOf, type ReadRange } from '../object-ranges.ts';
import { RowParser } from './row-parser.ts';
import { RowSplitter } from './row-splitter.ts';

export interface JsonLimits {
  /** Of one ranged get: two of them and the longest row are in memory. */
  readonly chunkBytes: number;
  /** Of one batch, by whichever it reaches first. */
  readonly rowsMax: number;
  readonly bytesMax: number;
}

/**
 * The rows of a JSON file, batch by batch. Source: spec datanode-and-formats §10.3.
 * @throws Invalid that says what is wrong with the file; what came before it was yielded
 */
export async function* readJson(
  read: ReadRange,
  file: ImportFile,
  schema: ImportSchema,
  limits: JsonLimits,
): AsyncGenerator<ImportBatch, void, void> {
  const columns = columnsOf(schema);
  const { autoID, name } = schema.primaryKey;
  const parser = new RowParser(columns, autoID ? name : undefined);
  const splitter = new RowSplitter();
  let readBytes = 0;
  for await (const chunk of chunksOf(read, file.path, file.bytes, limits.chunkBytes)) {
    readBytes += chunk.length;
    splitter.push(chunk);
    while (splitter.next()) {
      parser.parse(splitter.window, splitter.start, splitter.end);
      if (!isFull(columns, limits)) continue;
      yield batchOf(columns, readBytes / file.bytes);
      for (const { builder } of columns) builder.clear();
    }
  }
  splitter.finish();
  const rest = batchOf(columns, 1);
  if (rest.rows > 0) yield rest;
}

function isFull(columns: readonly ImportColumn[], { rowsMax, bytesMax }: JsonLimits): boolean {
  let bytes = 0;
  for (const { builder } of columns) bytes += builder.byteLength;
  return bytes >= bytesMax || (columns[0]?.builder.rows ?? 0) >= rowsMax;
}
