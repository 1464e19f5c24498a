import { type ColumnMemory, freshMemory } from '@millrace/binlog';
import { Invalid } from '@millrace/core';
import { batchOf, columnsOf, type ImportBatch } from '../import-batch.ts';
import type { ImportSchema } from '../import-fields.ts';
import type { ImportFile } from '../import-files.ts';
import { type ReadRange, readExactly } from '../object-ranges.ts';
import { appendRows } from './append-rows.ts';
import { type NpyArray, npyArray } from './npy-array.ts';
import { npyHeadBytes, parseNpyHeader } from './npy-header.ts';

/**
 * The rows of NumPy files, one file per field, batch by batch: of each file the part that the batch needs is read.
 * Source: spec datanode-and-formats §10.4.
 * @param bytesMax of the rows of one batch, as they lie in the files
 * @param memory what parts of files are read into
 * @throws Invalid that says what is wrong with which file; what came before it was yielded
 */
export async function* readNumpy(
  read: ReadRange,
  files: readonly ImportFile[],
  schema: ImportSchema,
  bytesMax: number,
  memory: ColumnMemory = freshMemory,
): AsyncGenerator<ImportBatch, void, void> {
  const arrays = await openArrays(read, files, schema);
  const rows = commonRows(arrays);
  const rowBytes = arrays.reduce((sum, array) => sum + array.rowBytes, 0);
  const step = Math.max(1, Math.floor(bytesMax / Math.max(1, rowBytes)));
  // The batch that is read next must leave the one that is worked on alone.
  const sets = [columnsOf(schema), columnsOf(schema)];
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    const columns = sets[(first / step) % 2] ?? [];
    for (const { builder } of columns) builder.clear();
    const parts = await Promise.all(
      arrays.map(async (array) => {
        const { file, dataOffset, rowBytes: width } = array;
        const [offset, length] = [dataOffset + first * width, count * width];
        const bytes = await readExactly(read, file.path, offset, length, (wanted) => memory.allocate(wanted));
        return { array, bytes };
      }),
    );
    for (const { array, bytes } of parts) {
      const column = columns.find(({ of }) => of === array.of);
      if (column !== undefined) appendRows(array, bytes, first, count, column.builder);
      memory.free(bytes);
    }
    yield batchOf(columns, (first + count) / rows);
  }
}

/** One array per field. */
async function openArrays(
  read: ReadRange,
  files: readonly ImportFile[],
  { fields, primaryKey }: ImportSchema,
): Promise<NpyArray[]> {
  for (const { name, path } of files) {
    if (primaryKey.autoID && name === primaryKey.name)
      throw new Invalid(`the primary key '${name}' is auto-generated: leave the file '${path}' out`);
    if (!fields.some(({ field }) => field.name === name))
      throw new Invalid(`the file '${path}' has no corresponding field in collection`);
  }
  return Promise.all(
    fields.map(async (of) => {
      const { name } = of.field;
      const file = files.find((each) => each.name === name);
      if (file === undefined) throw new Invalid(`there is no file corresponding to field '${name}'`);
      const head = await readExactly(read, file.path, 0, Math.min(file.bytes, npyHeadBytes));
      return npyArray(file, of, parseNpyHeader(file.path, head));
    }),
  );
}

function commonRows(arrays: readonly NpyArray[]): number {
  const [first] = arrays;
  if (first === undefined) return 0;
  const other = arrays.find(({ rows }) => rows !== first.rows);
  if (other !== undefined)
    throw new Invalid(
      `the file '${other.file.path}' has ${other.rows} rows, the file '${first.file.path}' has ${first.rows}: all need as many`,
    );
  if (first.rows === 0) throw new Invalid('row count is 0');
  return first.rows;
}
