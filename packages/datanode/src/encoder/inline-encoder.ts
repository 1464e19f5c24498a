import {
  type ColumnMemory,
  type Compress,
  encodeInsertLog,
  encodeStatsLog,
  freshMemory,
  sortByRowID,
  summarizeKeys,
  zstd,
} from '@millrace/binlog';
import { Internal, type UniqueID } from '@millrace/core';
import { rowIDField } from '../pipeline/decode-insert.ts';
import type { BinlogEncoder, EncodedRows, EncodeTask } from './binlog-encoder.ts';

/** Encodes where it is called: for tests, the simulator, and inside the workers of the pool. */
export class InlineEncoder implements BinlogEncoder {
  readonly memory: ColumnMemory;
  private readonly compress: Compress;

  constructor({ memory = freshMemory }: { readonly memory?: ColumnMemory } = {}) {
    this.memory = memory;
    this.compress = zstd(1);
  }

  async encode(task: EncodeTask): Promise<EncodedRows> {
    const { files, stats } = encodeTask(task, this.compress);
    if (stats === undefined) throw noPrimaryKey(task);
    return { files, ...stats };
  }

  async close(): Promise<void> {}
}

export interface EncodedFields {
  /** Of the wanted fields, in the order of the task's. */
  readonly files: Uint8Array[][];
  /** Where the primary key is among the wanted fields. */
  readonly stats: Pick<EncodedRows, 'statsLog' | 'summary'> | undefined;
}

/** The files of the wanted fields, all of them by default. @throws Internal when the task has no RowID column */
export function encodeTask(
  task: EncodeTask,
  compress: Compress,
  wanted: ReadonlySet<UniqueID> = new Set(task.fields.map(({ fieldID }) => fieldID)),
): EncodedFields {
  const { fields, primaryKeyFieldID, ...descriptor } = task;
  const rowIDs = fields.find(({ fieldID }) => fieldID === rowIDField);
  if (rowIDs === undefined) throw new Internal('rows without a RowID column cannot be put in order');
  const columns = new Map(fields.map(({ fieldID, column }) => [fieldID, column] as const));
  const sorted = sortByRowID(columns, rowIDs.column);
  const chosen = fields.filter(({ fieldID }) => wanted.has(fieldID));
  const files = chosen.map(({ fieldID, dataType, column }) =>
    encodeInsertLog({ ...descriptor, fieldID, dataType, column: sorted.get(fieldID) ?? column, compress }),
  );
  const keys = chosen.find(({ fieldID }) => fieldID === primaryKeyFieldID)?.column;
  return { files, stats: keys && statsOf(primaryKeyFieldID, keys) };
}

function statsOf(fieldID: UniqueID, keys: EncodeTask['fields'][number]['column']) {
  if (keys.dataType !== 'int64' && keys.dataType !== 'varchar')
    throw new Internal(`field ${fieldID} of type ${keys.dataType} cannot be a primary key`);
  const summary = summarizeKeys(keys.dataType, keys);
  return { summary, statsLog: encodeStatsLog(fieldID, summary) };
}

export function noPrimaryKey({ segmentID, primaryKeyFieldID }: EncodeTask): Internal {
  return new Internal(`rows of segment ${segmentID} have no field ${primaryKeyFieldID}, their primary key`);
}
