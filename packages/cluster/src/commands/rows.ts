import { once } from 'node:events';
import { isHealthy } from '@millrace/core';
import { Argument, Command } from 'commander';
import { type CollectionRecord, findCollection, readSegments } from '../inspect/catalog.ts';
import { openLocal } from '../inspect/open-local.ts';
import { type Cell, cellReader, type RowBatch, readSegmentRows } from '../inspect/read-rows.ts';
import { primaryKeyOfCollection } from '../inspect/schema.ts';
import { addDirectory } from './cluster-options.ts';

export function rowsCommand(): Command {
  const command = new Command('rows')
    .description('Print the rows of a collection from its binlogs, deleted ones left out, as JSON lines.')
    .addArgument(new Argument('<collection>', 'name or id'))
    .option('--deleted', 'deleted rows too, marked');
  return addDirectory(command).action(
    async (name: string, flags: { readonly data: string; readonly deleted?: boolean }) => {
      const local = await openLocal(flags.data);
      try {
        const collection = await findCollection(local.store, local.keys, name);
        const primaryKey = primaryKeyOfCollection(collection);
        for (const segment of await readSegments(local.store, local.keys, collection.id)) {
          if (!isHealthy(segment.info.state)) continue;
          for await (const batch of readSegmentRows(local.objects, local.objectRoot, segment, primaryKey)) {
            for (const line of linesOf(collection, batch, flags.deleted === true)) {
              if (!process.stdout.write(line)) await once(process.stdout, 'drain');
            }
          }
        }
      } finally {
        await local.close();
      }
    },
  );
}

function* linesOf(collection: CollectionRecord, batch: RowBatch, withDeleted: boolean): Generator<string> {
  const cells = collection.fields.flatMap((field) => {
    const column = batch.columns.get(field.fieldID);
    return column === undefined ? [] : [{ name: field.name, cell: cellReader(column) }];
  });
  for (let row = 0; row < batch.rows; row++) {
    const deleted = batch.deleted[row] === 1;
    if (deleted && !withDeleted) continue;
    const members = cells.map(({ name, cell }) => `${JSON.stringify(name)}:${jsonOf(cell(row))}`);
    if (deleted) members.push('"$deleted":true');
    yield `{${members.join(',')}}\n`;
  }
}

/** Integers of 64 bits are written in full, as JSON numbers. Binary vectors are hexadecimal. */
function jsonOf(cell: Cell): string {
  if (typeof cell === 'bigint') return cell.toString();
  if (cell instanceof Float32Array) return `[${[...cell].join(',')}]`;
  if (cell instanceof Uint8Array) return `"${Buffer.from(cell).toString('hex')}"`;
  return JSON.stringify(cell);
}
