import { type Compress, encodeInsertLog, sortByRowID, zstd } from '@millrace/binlog';
import { Internal, type UniqueID } from '@millrace/core';
import { rowIDField } from '../pipeline/decode-insert.ts';
import type { BinlogEncoder, EncodeTask } from './binlog-encoder.ts';

/** Encodes where it is called: for tests, the simulator, and inside the workers of the pool. */
export class InlineEncoder implements BinlogEncoder {
  readonly allocate = (bytes: number): Uint8Array => new Uint8Array(bytes);
  private readonly compress: Compress;

  constructor(compressionLevel = 1) {
    this.compress = zstd(compressionLevel);
  }

  async encode(task: EncodeTask): Promise<readonly (readonly Uint8Array[])[]> {
    return encodeTask(task, this.compress);
  }

  async close(): Promise<void> {}
}

/**
 * The files of the wanted fields, all of them by default, in the order of the task's fields.
 * @throws Internal when the task has no RowID column
 */
export function encodeTask(
  task: EncodeTask,
  compress: Compress,
  wanted: ReadonlySet<UniqueID> = new Set(task.fields.map(({ fieldID }) => fieldID)),
): Uint8Array[][] {
  const { fields, ...descriptor } = task;
  const rowIDs = fields.find(({ fieldID }) => fieldID === rowIDField);
  if (rowIDs === undefined) throw new Internal('rows without a RowID column cannot be put in order');
  const columns = new Map(fields.map(({ fieldID, column }) => [fieldID, column] as const));
  const sorted = sortByRowID(columns, rowIDs.column);
  const chosen = fields.filter(({ fieldID }) => wanted.has(fieldID));
  return chosen.map(({ fieldID, dataType, column }) =>
    encodeInsertLog({ ...descriptor, fieldID, dataType, column: sorted.get(fieldID) ?? column, compress }),
  );
}
